# Licences that crawl.licenses may name: those of shared/licenses.ts, and a test holds the two together.

locals {
  licenses = concat(
    ["CC0-1.0", "CC-PDDC", "CC-PDM-1.0", "Sampling-Plus"],
    [for pair in setproduct(["BY", "BY-NC", "BY-NC-ND", "BY-NC-SA", "BY-ND", "BY-SA"], ["1.0", "2.0", "2.5", "3.0", "4.0"]) : "CC-${join("-", pair)}"],
    split(" ", join(" ", [
      "CC-BY-2.5-AU CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US",
      "CC-BY-NC-3.0-DE CC-BY-NC-ND-3.0-DE CC-BY-NC-ND-3.0-IGO CC-BY-NC-SA-2.0-DE CC-BY-NC-SA-2.0-FR",
      "CC-BY-NC-SA-2.0-UK CC-BY-NC-SA-3.0-DE CC-BY-NC-SA-3.0-IGO CC-BY-ND-3.0-DE CC-BY-SA-2.0-UK",
      "CC-BY-SA-2.1-JP CC-BY-SA-3.0-AT CC-BY-SA-3.0-DE CC-BY-SA-3.0-IGO",
      "Apache-2.0 BSD-2-Clause BSD-3-Clause C-UDA-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0",
      "CDLA-Sharing-1.0 etalab-2.0 GFDL-1.3-or-later GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later",
      "LAL-1.3 MIT ODbL-1.0 ODC-By-1.0 OGL-UK-3.0 PDDL-1.0 Unlicense",
    ])),
  )
}
