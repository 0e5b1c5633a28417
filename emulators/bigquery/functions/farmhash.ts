/** FarmHash Fingerprint64 (farmhashna::Hash64), whose values never change. Arithmetic is modulo 2^64. */

const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;
const mask = (1n << 64n) - 1n;

const u64 = (n: bigint) => n & mask;
const mul = (a: bigint, b: bigint) => u64(a * b);
const rotate = (n: bigint, by: bigint) => (by === 0n ? n : u64((n >> by) | (n << (64n - by))));
const shiftMix = (n: bigint) => n ^ (n >> 47n);

function hashLen16(u: bigint, v: bigint, m: bigint): bigint {
  let a = mul(u ^ v, m);
  a ^= a >> 47n;
  let b = mul(v ^ a, m);
  b ^= b >> 47n;
  return mul(b, m);
}

function hash0to16(bytes: Uint8Array, view: DataView): bigint {
  const length = bytes.length;
  const size = BigInt(length);
  if (length >= 8) {
    const m = u64(k2 + size * 2n);
    const a = u64(view.getBigUint64(0, true) + k2);
    const b = view.getBigUint64(length - 8, true);
    return hashLen16(u64(mul(rotate(b, 37n), m) + a), mul(u64(rotate(a, 25n) + b), m), m);
  }
  if (length >= 4) {
    const m = u64(k2 + size * 2n);
    const a = BigInt(view.getUint32(0, true));
    return hashLen16(u64(size + (a << 3n)), BigInt(view.getUint32(length - 4, true)), m);
  }
  if (length > 0) {
    const y = BigInt(bytes[0] ?? 0) + (BigInt(bytes[length >> 1] ?? 0) << 8n);
    const z = size + (BigInt(bytes[length - 1] ?? 0) << 2n);
    return mul(shiftMix(mul(y, k2) ^ mul(z, k0)), k2);
  }
  return k2;
}

function hash17to32(length: number, view: DataView): bigint {
  const m = u64(k2 + BigInt(length) * 2n);
  const a = mul(view.getBigUint64(0, true), k1);
  const b = view.getBigUint64(8, true);
  const c = mul(view.getBigUint64(length - 8, true), m);
  const d = mul(view.getBigUint64(length - 16, true), k2);
  return hashLen16(
    u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + d),
    u64(a + rotate(u64(b + k2), 18n) + c),
    m,
  );
}

function hash33to64(length: number, view: DataView): bigint {
  const at = (i: number) => view.getBigUint64(i, true);
  const m = u64(k2 + BigInt(length) * 2n);
  const a = mul(at(0), k2);
  const b = at(8);
  const c = mul(at(length - 8), m);
  const d = mul(at(length - 16), k2);
  const y = u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + d);
  const z = hashLen16(y, u64(a + rotate(u64(b + k2), 18n) + c), m);
  const e = mul(at(16), m);
  const f = at(24);
  const g = mul(u64(y + at(length - 32)), m);
  const h = mul(u64(z + at(length - 24)), m);
  return hashLen16(
    u64(rotate(u64(e + f), 43n) + rotate(g, 30n) + h),
    u64(e + rotate(u64(f + a), 18n) + g),
    m,
  );
}

function weak(view: DataView, at: number, a0: bigint, b0: bigint): [bigint, bigint] {
  const [w, x, y, z] = [0, 8, 16, 24].map((i) => view.getBigUint64(at + i, true)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const a = u64(a0 + w);
  const b = rotate(u64(b0 + a + z), 21n);
  const c = a;
  const sum = u64(a + x + y);
  return [u64(sum + z), u64(b + rotate(sum, 44n) + c)];
}

function hashLong(length: number, view: DataView): bigint {
  const at = (i: number) => view.getBigUint64(i, true);
  const seed = 81n;
  let x = seed;
  let y = u64(seed * k1 + 113n);
  let z = mul(shiftMix(u64(y * k2 + 113n)), k2);
  let v: [bigint, bigint] = [0n, 0n];
  let w: [bigint, bigint] = [0n, 0n];
  x = u64(x * k2 + at(0));
  const end = Math.floor((length - 1) / 64) * 64;
  for (let i = 0; i < end; i += 64) {
    x = mul(rotate(u64(x + y + v[0] + at(i + 8)), 37n), k1);
    y = mul(rotate(u64(y + v[1] + at(i + 48)), 42n), k1);
    x ^= w[1];
    y = u64(y + v[0] + at(i + 40));
    z = mul(rotate(u64(z + w[0]), 33n), k1);
    v = weak(view, i, mul(v[1], k1), u64(x + w[0]));
    w = weak(view, i + 32, u64(z + w[1]), u64(y + at(i + 16)));
    [z, x] = [x, z];
  }
  const m = u64(k1 + ((z & 0xffn) << 1n));
  const i = length - 64;
  w[0] = u64(w[0] + BigInt((length - 1) & 63));
  v[0] = u64(v[0] + w[0]);
  w[0] = u64(w[0] + v[0]);
  x = mul(rotate(u64(x + y + v[0] + at(i + 8)), 37n), m);
  y = mul(rotate(u64(y + v[1] + at(i + 48)), 42n), m);
  x ^= mul(w[1], 9n);
  y = u64(y + mul(v[0], 9n) + at(i + 40));
  z = mul(rotate(u64(z + w[0]), 33n), m);
  v = weak(view, i, mul(v[1], m), u64(x + w[0]));
  w = weak(view, i + 32, u64(z + w[1]), u64(y + at(i + 16)));
  [z, x] = [x, z];
  return hashLen16(
    u64(hashLen16(v[0], w[0], m) + mul(shiftMix(y), k0) + z),
    u64(hashLen16(v[1], w[1], m) + x),
    m,
  );
}

export function fingerprint64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  if (length <= 16) return hash0to16(bytes, view);
  if (length <= 32) return hash17to32(length, view);
  return length <= 64 ? hash33to64(length, view) : hashLong(length, view);
}
