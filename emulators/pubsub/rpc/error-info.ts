/**
 * `google.rpc.Status` with one `google.rpc.ErrorInfo`, in protobuf's wire format: what the trailer
 * `grpc-status-details-bin` carries (google/rpc/status.proto, google/rpc/error_details.proto).
 */
export function encodeErrorInfo(
  code: number,
  message: string,
  info: { reason: string; domain: string; metadata: Readonly<Record<string, string>> },
): Buffer {
  const errorInfo = Buffer.concat([
    text(1, info.reason),
    text(2, info.domain),
    ...Object.entries(info.metadata).map(([key, value]) =>
      bytes(3, Buffer.concat([text(1, key), text(2, value)])),
    ),
  ]);
  const any = Buffer.concat([
    text(1, "type.googleapis.com/google.rpc.ErrorInfo"),
    bytes(2, errorInfo),
  ]);
  return Buffer.concat([varint(1 << 3), varint(code), text(2, message), bytes(3, any)]);
}

const lengthDelimited = 2;

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | lengthDelimited), varint(value.length), value]);
}

const text = (field: number, value: string) => bytes(field, Buffer.from(value, "utf8"));

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...out, rest]);
}
