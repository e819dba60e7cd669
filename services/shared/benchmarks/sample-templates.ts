/** Draws for one problem, each from the problem's own random stream. */
export interface TemplateDraw {
  /** An integer in [low, high]. */
  between(low: number, high: number): number;
  oneOf<T>(choices: readonly T[]): T;
}

export interface WordProblem {
  readonly question: string;
  readonly answer: number;
}

type Template = (draw: TemplateDraw) => WordProblem;

const people = ['Amina', 'Bruno', 'Chiara', 'Dmitri', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas', 'Kaya', 'Lena'] as const;

const marbles: Template = (draw) => {
  const name = draw.oneOf(people);
  const [had, found] = [draw.between(12, 60), draw.between(5, 30)];
  const toy = draw.oneOf(['marbles', 'stickers', 'shells', 'stamps']);
  return {
    question: `${name} has ${had} ${toy} and is given ${found} more. How many ${toy} does ${name} have now?`,
    answer: had + found,
  };
};

const trays: Template = (draw) => {
  const [trayCount, perTray] = [draw.between(4, 12), draw.between(6, 18)];
  const item = draw.oneOf(['rolls', 'muffins', 'pretzels', 'tarts']);
  return {
    question: `A bakery sets out ${trayCount} trays with ${perTray} ${item} on each. How many ${item} is that?`,
    answer: trayCount * perTray,
  };
};

const change: Template = (draw) => {
  const name = draw.oneOf(people);
  const [count, price] = [draw.between(2, 6), draw.between(3, 7)];
  const note = draw.oneOf([50, 100]);
  const item = draw.oneOf(['notebooks', 'tickets', 'plants', 'lamps']);
  return {
    question: `${name} buys ${count} ${item} at $${price} each and pays with a $${note} note. How many dollars does ${name} get back?`,
    answer: note - count * price,
  };
};

const bus: Template = (draw) => {
  const [start, off, on] = [draw.between(25, 48), draw.between(6, 18), draw.between(3, 15)];
  const question =
    `A bus leaves the depot with ${start} passengers. At the first stop ${off} of them get off and ${on} others get on. ` +
    'Nobody moves at the second stop. How many passengers are on the bus after that?';
  return { question, answer: start - off + on };
};

const reading: Template = (draw) => {
  const name = draw.oneOf(people);
  const [perDay, days, left] = [draw.between(8, 25), draw.between(3, 9), draw.between(20, 90)];
  const question =
    `${name} is reading a book and gets through ${perDay} pages a day. After ${days} days there are still ${left} pages to go. ` +
    'How many pages does the book have?';
  return { question, answer: perDay * days + left };
};

const sharing: Template = (draw) => {
  const [children, each, kept] = [draw.between(3, 8), draw.between(4, 9), draw.between(5, 16)];
  const question =
    `A teacher opens a box of ${children * each + kept} pencils, keeps ${kept} for the classroom and shares the rest equally ` +
    `among ${children} tables. How many pencils does each table get?`;
  return { question, answer: each };
};

const wages: Template = (draw) => {
  const name = draw.oneOf(people);
  const [rate, normal, extra] = [draw.between(5, 12) * 2, draw.between(5, 8), draw.between(2, 4)];
  const question =
    `${name} earns $${rate} an hour, and half as much again for each hour of overtime. One day ${name} works ${normal} normal ` +
    `hours and ${extra} hours of overtime. How many dollars does ${name} earn that day?`;
  return { question, answer: rate * normal + (rate * 3 * extra) / 2 };
};

const discount: Template = (draw) => {
  const [price, percent, count] = [draw.between(3, 12) * 20, draw.oneOf([10, 20, 25, 30]), draw.between(2, 4)];
  const item = draw.oneOf(['jackets', 'chairs', 'helmets', 'bags']);
  const question =
    `In a sale, ${item} that cost $${price} each are sold for ${percent}% less. ` +
    `How many dollars does a customer pay for ${count} of them?`;
  return { question, answer: (count * price * (100 - percent)) / 100 };
};

const tank: Template = (draw) => {
  const [fill, drain, minutes] = [draw.between(12, 24), draw.between(3, 9), draw.between(5, 15)];
  const start = draw.between(20, 80);
  const question =
    `A tank holds ${start} litres of water. A tap adds ${fill} litres a minute while a leak loses ${drain} litres a minute. ` +
    `How many litres are in the tank after ${minutes} minutes, if it does not overflow?`;
  return { question, answer: start + (fill - drain) * minutes };
};

const ages: Template = (draw) => {
  const younger = draw.between(6, 14);
  const [times, years] = [draw.between(3, 4), draw.between(3, 10)];
  const name = draw.oneOf(people);
  const question =
    `${name} is ${younger} years old. ${name}'s aunt is ${times} times as old. ` +
    `How old will the two be together in ${years} years?`;
  return { question, answer: younger * (1 + times) + 2 * years };
};

const farm: Template = (draw) => {
  const [hens, eggs, days] = [draw.between(6, 15), draw.between(1, 2), draw.between(5, 9)];
  const [boxes, broken] = [draw.between(2, 4), draw.between(2, 6)];
  const question =
    `On a farm ${hens} hens lay ${eggs} ${eggs === 1 ? 'egg' : 'eggs'} each a day. In ${days} days ${broken} of the eggs break, ` +
    `and the farmer gives away ${boxes} boxes of 6. How many eggs are left?`;
  return { question, answer: hens * eggs * days - broken - boxes * 6 };
};

const trip: Template = (draw) => {
  const [first, second] = [draw.between(8, 14) * 5, draw.between(4, 7) * 10];
  const [hours, rest, more] = [draw.between(2, 4), draw.between(15, 40), draw.between(1, 3)];
  const question =
    `A family drives for ${hours} hours at ${first} km an hour, rests for ${rest} minutes, and drives ${more} more ` +
    `${more === 1 ? 'hour' : 'hours'} at ${second} km an hour. How many kilometres do they drive?`;
  return { question, answer: hours * first + more * second };
};

const club: Template = (draw) => {
  const [groups, size] = [draw.between(4, 9), draw.between(3, 6) * 4];
  const [joined, fee] = [draw.between(4, 12), draw.between(3, 8)];
  const question =
    `A sports club has ${groups} groups of ${size} members. A quarter of all members leave in spring, and ${joined} new ones join ` +
    `in summer. Everyone then pays a fee of $${fee}. How many dollars does the club collect?`;
  return { question, answer: ((groups * size * 3) / 4 + joined) * fee };
};

const fence: Template = (draw) => {
  const [width, length, gate] = [draw.between(8, 20), draw.between(21, 40), draw.between(2, 4)];
  const price = draw.between(4, 12);
  const question =
    `A garden is ${length} metres long and ${width} metres wide. It gets a fence all around, except for a gate of ${gate} metres. ` +
    `Fencing costs $${price} a metre and the gate $${price * 10}. How many dollars does it cost in all?`;
  return { question, answer: (2 * (width + length) - gate) * price + price * 10 };
};

const cinema: Template = (draw) => {
  const [adults, children] = [draw.between(20, 60), draw.between(15, 45)];
  const [adultPrice, cost] = [draw.between(4, 7) * 2, draw.between(50, 120)];
  const question =
    `A village cinema sells ${adults} adult tickets at $${adultPrice} and ${children} child tickets at half that price. ` +
    `Renting the film costs $${cost}. How many dollars of profit are left?`;
  return { question, answer: adults * adultPrice + (children * adultPrice) / 2 - cost };
};

/** From one step of arithmetic to four, in order. */
export const sampleTemplates: readonly Template[] = [
  marbles,
  trays,
  change,
  bus,
  reading,
  sharing,
  trip,
  tank,
  ages,
  discount,
  wages,
  farm,
  cinema,
  club,
  fence,
];
