export { setTwiddles, forward, inverse } from "./transform";
export { multiply, scaleSpectrum } from "./spectrum";
export {
  argmax,
  biquad,
  cascade,
  divide,
  peak,
  scale,
  subtract,
  sum,
  sumSquares,
  windowPowers,
} from "./filters";
export { frameSpectrum, correlateLags, voteLags, voteTriangles, convolve } from "./votes";
export {
  barkPowers,
  audiblePower,
  addAudible,
  scaleBands,
  addMatch,
  disturbance,
  asymmetric,
} from "./loudness";
