const afterNoon = /^(\d{1,2}):(\d{2})\\word\{pm\}$/;
const ofTheDay = /^(1[3-9]|2[0-3]):([0-5]\d)$/;

/** 17:30 is 5:30 p.m. */
export function isSameTime(answer: string, expected: string): boolean | undefined {
  const halves = afterNoon.exec(answer) ?? afterNoon.exec(expected);
  const day = ofTheDay.exec(answer) ?? ofTheDay.exec(expected);
  if (!halves || !day) return undefined;
  return Number(day[1]) === Number(halves[1]) + 12 && day[2] === halves[2];
}

/** 5:30 may be an hour, which is in no proportion. */
export function isTime(text: string): boolean {
  return /^\d{1,2}:[0-5]\d$/.test(text);
}
