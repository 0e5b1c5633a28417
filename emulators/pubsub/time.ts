/** `google.protobuf.Timestamp` and `google.protobuf.Duration`, which have the same fields. */
export interface ProtoTime {
  readonly seconds: number;
  readonly nanos: number;
}

export const toProtoTime = (ms: number): ProtoTime => ({
  seconds: Math.floor(ms / 1000),
  nanos: (ms - Math.floor(ms / 1000) * 1000) * 1_000_000,
});

export const toMs = ({ seconds, nanos }: ProtoTime): number => seconds * 1000 + nanos / 1_000_000;

export const secondsOf = (duration: ProtoTime): number => toMs(duration) / 1000;

/** RFC 3339 in UTC with milliseconds, as push bodies and dead-letter attributes carry it. */
export const toRfc3339 = (time: ProtoTime): string => new Date(toMs(time)).toISOString();
