import { BlockList, isIP, isIPv6 } from "node:net";

/**
 * Addresses that are not the public internet: the IANA registries of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry), multicast and
 * what is reserved. The cloud's metadata server, 169.254.169.254, is among the link-local ones.
 */
const special = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  special.addSubnet(network, bits, "ipv4");

/** IPv6 that is in use on the public internet is 2000::/3; of that, these are special. */
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");
for (const [network, bits] of [
  ["2001::", 23], // protocol assignments, Teredo and ORCHID among them
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4 carries an IPv4 address inside
  ["3fff::", 20],
] as const)
  special.addSubnet(network, bits, "ipv6");

/**
 * Whether an IP address is one of the public internet. IPv4 inside IPv6 (mapped, NAT64, 6to4, Teredo) is
 * refused in every form, and so is what is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  if (!isIPv6(address)) return !special.check(address, "ipv4");
  return global.check(address, "ipv6") && !special.check(address, "ipv6");
}
