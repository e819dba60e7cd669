/** What logs and records call whoever shows the one token that is set by this variable, or in its file: it names nobody. */
export const ownerName = 'SCALE_CONTROL_TOKEN';
