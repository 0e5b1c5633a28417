/** Trying again cannot help, so the event ends here: it is recorded and acknowledged. */
export class PermanentError extends Error {
  override readonly name: string = "PermanentError";
  /** A stable code for the `reason` column of `rejections`, in kebab-case. */
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The object, in the generation asked for, is not there any more: nothing is left to do for its event. */
export class ObjectGoneError extends Error {
  override readonly name = "ObjectGoneError";
}
