/** A kind of address that a manifest may never reach, and every way in which it is tried. */
interface Target {
  /** As the table in functions/crawl/README.md has it; the tests compare. */
  readonly target: string;
  /** Whole addresses, of which the bare ones (hosts) become `https://HOST/`. */
  readonly tried: readonly string[];
}

/** Tried as they are: in a manifest, as the target of a redirect, and by the guard alone. */
export const literalTargets: readonly Target[] = [
  {
    target: "no https",
    tried: ["http://example.org/", "ftp://example.org/", "file:///etc/passwd", "data:audio/wav,x"],
  },
  {
    target: "credentials in the address",
    tried: ["https://user:secret@example.org/", "https://user@example.org/"],
  },
  {
    target: "a port other than 443",
    tried: ["https://example.org:22/", "https://example.org:80/", "https://example.org:8443/"],
  },
  { target: "loopback", tried: ["127.0.0.1", "127.255.255.254", "localhost", "LOCALHOST"] },
  {
    target: "loopback written otherwise: decimal, octal, hexadecimal, short, wide",
    tried: ["2130706433", "0177.0.0.1", "017700000001", "0x7f000001", "0x7f.1", "127.1"],
  },
  { target: "loopback in wide digits and stops", tried: ["１２７.０.０.１", "127。0。0。1"] },
  { target: "this host", tried: ["0.0.0.0", "0", "[::]"] },
  {
    target: "link-local, the cloud's metadata server",
    tried: ["169.254.169.254", "2852039166", "169.254.0.1", "[fe80::1]", "[febf::1]"],
  },
  {
    target: "private networks",
    tried: ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "0xa000001"],
  },
  { target: "shared by carriers (CGNAT)", tried: ["100.64.0.1", "100.127.255.254"] },
  { target: "IPv6 loopback", tried: ["[::1]", "[0:0:0:0:0:0:0:1]"] },
  {
    target: "IPv6 unique local and site-local",
    tried: ["[fc00::1]", "[fd00:ec2::254]", "[fec0::1]"],
  },
  {
    target: "IPv4 in IPv6, mapped and compatible",
    tried: ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:8.8.8.8]", "[::127.0.0.1]"],
  },
  { target: "NAT64", tried: ["[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::7f00:1]"] },
  { target: "6to4 and Teredo", tried: ["[2002:7f00:1::]", "[2002:a00:1::1]", "[2001:0:7f00:1::]"] },
  {
    target: "protocol assignments, documentation, benchmarking, multicast, reserved",
    tried: (
      "192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 " +
      "255.255.255.255 [100::1] [2001:db8::1] [3fff::1] [5f00::1] [ff02::1]"
    ).split(" "),
  },
];

/** Tried by a resolver that gives a harmless name these addresses, all of which must be public. */
export const namedTargets: readonly Target[] = [
  { target: "a name of a private address", tried: ["10.1.2.3"] },
  { target: "a name of the metadata server", tried: ["169.254.169.254"] },
  {
    target: "a name of an IPv6 loopback or mapped address",
    tried: ["::1", "::ffff:169.254.169.254"],
  },
  {
    target: "a name with one private address among public ones",
    tried: ["8.8.8.8, 192.168.0.1", "192.168.0.1, 8.8.8.8", "2606:4700:4700::1111, fd00::1"],
  },
];

export const toUrl = (tried: string) => (/^[a-z]+:/.test(tried) ? tried : `https://${tried}/`);

/** The table of the documentation. */
export const toTable = (): string =>
  [
    "| target | tried as |",
    "|---|---|",
    ...[...literalTargets, ...namedTargets].map(
      ({ target, tried }) => `| ${target} | ${tried.map((one) => `\`${one}\``).join(" ")} |`,
    ),
  ].join("\n");
