/**
 * DNSMOS was asked for and cannot be had: the message says what is wrong and what to do. It is the deployment's
 * fault and never a recording's, so it is no `PermanentError`: the event is delivered again when it is mended.
 */
export class DnsmosError extends Error {
  override readonly name = "DnsmosError";
}
