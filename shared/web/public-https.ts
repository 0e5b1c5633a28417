import { lookup } from "node:dns";
import { PermanentError } from "#shared/errors.ts";
import { isPublicAddress } from "./address.ts";
import type { Reach } from "./request.ts";

/**
 * Where an address that a stranger may have chosen can lead: https on its usual port, no credentials in the
 * address, and a host all of whose addresses are on the public internet. The check is made on the very addresses
 * that the connection then uses, in every redirect again, so that a name that resolves to another address the
 * second time gains nothing.
 */
export const publicHttps: Reach = {
  admit(url) {
    const refuse = (why: string) => {
      throw new PermanentError("refused-address", `${url.protocol}//${url.host}: ${why}`);
    };
    if (url.protocol !== "https:") refuse("is not https");
    if (url.username !== "" || url.password !== "") refuse("an address with credentials in it");
    if (url.port !== "") refuse("another port than 443");
  },
  isAllowedAddress: isPublicAddress,
  lookup,
};
