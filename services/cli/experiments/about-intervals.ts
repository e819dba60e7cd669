/** A remark for tables whose scores were measured with several seeds on the test split. */
export const aboutIntervals =
  'Intervals are 95 %: of scores over seeds and queries together, of tokens over seeds. With few seeds they are wide, as they should be.';
