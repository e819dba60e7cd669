/** Of a thread. Collecting what died young costs a fifth of the time where there is little room for it. */
export const roomForGarbage = { resourceLimits: { maxYoungGenerationSizeMb: 192 } };
