export { planTransform, powerSpectrum, autocorrelation } from "./transform";
export { kWeight, pairEnergies, extremes, halve } from "./samples";
export { truePeak } from "./true-peak";
export { gammatone, modulate } from "./envelopes";
export { convert } from "./resample";
