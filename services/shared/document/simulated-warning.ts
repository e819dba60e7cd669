export const simulatedWarning =
  'Simulated model: not a result. The answers were made up by a program, so nothing here says anything about a real model.';
