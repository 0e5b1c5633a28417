/**
 * ITU-T G.711 expansion, full scale 1. The 13-bit (A-law) and 14-bit (µ-law) values of the Recommendation's
 * tables are left-aligned in 16 bits, as everybody does.
 */
export const alawSamples = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + 8;
  const magnitude = segment === 0 ? mantissa : (mantissa + 256) << (segment - 1);
  return (bits & 0x80 ? magnitude : -magnitude) / 32768;
});

export const mulawSamples = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = (((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132) / 32768;
  return bits & 0x80 ? -magnitude : magnitude;
});
