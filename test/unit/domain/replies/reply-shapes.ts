/** A form that a prompt has asked for, filled in. */
export interface FilledForm {
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface FormPair {
  /** What the model means. */
  readonly good: FilledForm;
  /** What it has only tried out. */
  readonly draft: FilledForm;
}

type Write = (pair: FormPair) => string;
export type Reader = 'proposals' | 'predictions' | 'operators' | 'judges';

export interface ReplyShape {
  readonly name: string;
  readonly write: Write;
  /** Who refuses it; the others read the good form. */
  readonly refused: readonly Reader[];
}

export const readers: readonly Reader[] = ['proposals', 'predictions', 'operators', 'judges'];

const tag = (name: string, value: string): string => `<${name}>${value}</${name}>`;
const plain = ({ fields }: FilledForm): string => fields.map(([name, value]) => tag(name, block(value))).join('\n');
/** A text of several lines stands on lines of its own. */
const block = (value: string): string => (value.includes('\n') ? `\n${value}\n` : value);
const last = ({ fields }: FilledForm): readonly [string, string] => fields.at(-1) ?? ['', ''];
const before = ({ fields }: FilledForm): string => plain({ fields: fields.slice(0, -1) });
/** All but the last field as it should be, then the last one as told. */
const lastAs =
  (write: (name: string, value: string) => string): Write =>
  ({ good }) =>
    `${before(good)}\n${write(...last(good))}`;
/** Each field written so. */
const eachAs =
  (write: (name: string, value: string) => string): Write =>
  ({ good }) =>
    good.fields.map(([name, value]) => write(name, value)).join('\n');
/** The form inside some text. */
const within =
  (open: string, close: string): Write =>
  ({ good }) =>
    `${open}${plain(good)}${close}`;
/** Thoughts that try a draft, then the form. */
const after =
  (open: string, close: string, end = ''): Write =>
  ({ good, draft }) =>
    `${open}What about\n${plain(draft)}\nHm, no. That misses the point.${close}${plain(good)}${end}`;
const fenced = (value: string): string => (value.includes('\n') ? `\n\`\`\`yaml\n${value}\n\`\`\`` : value);
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const names = ({ fields }: FilledForm): string => fields.map(([name]) => `<${name}>`).join(' and ');
const json = ({ fields }: FilledForm): string => JSON.stringify(Object.fromEntries(fields), null, 2);
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const read = (name: string, write: Write): ReplyShape => ({ name, write, refused: [] });
const refusedBy = (refused: readonly Reader[], name: string, write: Write): ReplyShape => ({ name, write, refused });

const asForm: readonly ReplyShape[] = [
  read('as asked for', within('', '')),
  read('after a sentence', within('Here is my reply:\n\n', '')),
  read('before a sentence', within('', '\n\nI hope that this helps!')),
  read('amid talk', within('Sure! Let me see.\n\n', '\n\nTell me what you think of it.')),
  read('all in one line', ({ good }) => good.fields.map(([name, value]) => tag(name, block(value))).join(' ')),
  read(
    'each value on a line of its own',
    eachAs((name, value) => tag(name, `\n${value}\n`)),
  ),
  read(
    'with blank lines around each value',
    eachAs((name, value) => tag(name, `\n\n${value}\n\n`)),
  ),
  read('in another order', ({ good }) => plain({ fields: good.fields.toReversed() })),
  read(
    'under headings',
    eachAs((name, value) => `### ${name}\n\n${tag(name, block(value))}\n`),
  ),
  read(
    'behind bullets',
    eachAs((name, value) => `- ${tag(name, block(value))}`),
  ),
  read(
    'in bold',
    eachAs((name, value) => `**${tag(name, block(value))}**`),
  ),
  read(
    'with rules between',
    eachAs((name, value) => `${tag(name, block(value))}\n\n---\n`),
  ),
  read('with line ends of Windows', ({ good }) => plain(good).replaceAll('\n', '\r\n')),
];

const asTags: readonly ReplyShape[] = [
  read(
    'tags in capitals',
    eachAs((name, value) => `<${name.toUpperCase()}>${block(value)}</${name.toUpperCase()}>`),
  ),
  read(
    'tags with a capital',
    eachAs((name, value) => tag(capital(name), block(value))),
  ),
  read(
    'the end tag in another case',
    eachAs((name, value) => `<${name}>${block(value)}</${name.toUpperCase()}>`),
  ),
  read(
    'blanks in the tags',
    eachAs((name, value) => `< ${name} >${block(value)}</ ${name} >`),
  ),
  read(
    'an attribute',
    eachAs((name, value) => `<${name} type="final">${block(value)}</${name}>`),
  ),
  read(
    'a line end in a tag',
    eachAs((name, value) => `<${name}\n>${block(value)}</${name}\n>`),
  ),
  read(
    'the same tag twice around',
    eachAs((name, value) => tag(name, tag(name, block(value)))),
  ),
  read(
    'the last end tag missing',
    lastAs((name, value) => `<${name}>${block(value)}`),
  ),
  read('the last end tag missing, in a fence', ({ good }) => `\`\`\`xml\n${plain(good).replace(/<\/\w+>$/, '')}\n\`\`\``),
  read('the first end tag missing', ({ good }) => plain(good).replace(/<\/\w+>/, '')),
  read(
    'the last end tag without its slash',
    lastAs((name, value) => `<${name}>${block(value)}<${name}>`),
  ),
  read(
    'the last end tag escaped as in JSON',
    lastAs((name, value) => `<${name}>${block(value)}<\\/${name}>`),
  ),
  read(
    'an end tag of another name',
    lastAs((name, value) => `<${name}>${block(value)}</response>`),
  ),
  read('an empty tag before', ({ good }) => `<${last(good)[0]}/>\n${plain(good)}`),
  read('an empty pair of tags before', ({ good }) => `${tag(last(good)[0], '')}\n${plain(good)}`),
  read('a root element', within('<response>\n', '\n</response>')),
  read('an XML declaration', within('<?xml version="1.0" encoding="UTF-8"?>\n<reply>\n', '\n</reply>')),
  read(
    'character data of XML',
    eachAs((name, value) => tag(name, `<![CDATA[${block(value)}]]>`)),
  ),
  read('the last tag inside the first', ({ good }) => {
    const [[name, value] = ['', ''], ...rest] = good.fields;
    return tag(name, `${value}\n${plain({ fields: rest })}\n`);
  }),
  read('escaped for HTML', ({ good }) => escaped(plain(good))),
  read('escaped for Markdown', ({ good }) => plain(good).replaceAll(/<(\/?\w+)>/g, '\\<$1\\>')),
  read('signs without a width in it', ({ good }) => `\ufeff${plain(good).replaceAll('<', '\u200b<').replaceAll('>', '>\u200b')}`),
  read('the end of a turn', within('', '<|im_end|>')),
  read('the end of a sentence of DeepSeek', within('', '<｜end▁of▁sentence｜>')),
  read(
    'another end of a turn, the last end tag missing',
    lastAs((name, value) => `<${name}>${block(value)}</s>`),
  ),
  read(
    "GLM's box",
    lastAs((name, value) => tag(name, `<|begin_of_box|>${block(value)}<|end_of_box|>`)),
  ),
];

const asTagEnds: readonly ReplyShape[] = [
  read(
    'the last end tag cut',
    lastAs((name, value) => `<${name}>${block(value)}</${name}`),
  ),
  read('quoted as a whole', ({ good }) => plain(good).replaceAll(/^/gm, '> ')),
  read('indented by blanks that do not break', ({ good }) =>
    plain(good).replaceAll(/^ +/gm, (margin) => '\u00a0'.repeat(margin.length)),
  ),
];

const asFences: readonly ReplyShape[] = [
  read('a fence around all', within('```xml\n', '\n```')),
  read('a fence without a language around all', within('```\n', '\n```')),
  read('a fence around all, amid talk', within('Here it is:\n\n```xml\n', '\n```\n\nGood luck!')),
  read('a fence of tildes', within('~~~\n', '\n~~~')),
  read('a fence that is not closed', within('```xml\n', '')),
  read(
    'a fence in the last tag',
    lastAs((name, value) => tag(name, `\n\`\`\`\n${value}\n\`\`\`\n`)),
  ),
  read(
    'a fence with a language in the last tag',
    lastAs((name, value) => tag(name, `\n\`\`\`yaml\n${value}\n\`\`\`\n`)),
  ),
  read(
    'a fence that is not closed in the last tag',
    lastAs((name, value) => tag(name, `\n\`\`\`yaml\n${value}\n`)),
  ),
  read(
    'a fence in each tag',
    eachAs((name, value) => tag(name, `\n\`\`\`text\n${value}\n\`\`\`\n`)),
  ),
  read(
    'a fence around each tag',
    eachAs((name, value) => `\`\`\`\n${tag(name, block(value))}\n\`\`\``),
  ),
];

const asJson: readonly ReplyShape[] = [
  read('JSON of a call of a tool', ({ good }) => `<tool_call>\n{"name": "reply", "arguments": ${json(good)}}\n</tool_call>`),
  read('JSON', ({ good }) => json(good)),
  read('JSON in a fence', ({ good }) => `\`\`\`json\n${json(good)}\n\`\`\``),
  read('JSON amid talk', ({ good }) => `Here you are:\n\n${json(good)}\n\nThat is all.`),
  read('JSON in a fence, amid talk with braces', ({ good }) => `As in {this}:\n\`\`\`json\n${json(good)}\n\`\`\`\nNot {that}.`),
  read('JSON with names in capitals', ({ good }) =>
    json({ fields: good.fields.map(([name, value]) => [name.toUpperCase(), value] as const) }),
  ),
  read('JSON after thoughts that try it', ({ good, draft }) => `<think>${json(draft)}?</think>\n${json(good)}`),
];

const asHeadings: readonly ReplyShape[] = [
  read(
    'bold names with colons',
    eachAs((name, value) => `**${name}:** ${fenced(value)}`),
  ),
  read(
    'bold capital names, the colons outside',
    eachAs((name, value) => `**${capital(name)}**: ${fenced(value)}`),
  ),
  read(
    'headings of Markdown',
    eachAs((name, value) => `## ${capital(name)}\n\n${fenced(value)}\n`),
  ),
];

const asRepetition: readonly ReplyShape[] = [
  read('after the form with dots', ({ good }) => `${eachAs((name) => tag(name, '…'))({ good, draft: good })}\n\n${plain(good)}`),
  read(
    'after the form with three dots',
    ({ good, draft }) => `${eachAs((name) => tag(name, '...'))({ good, draft })}\n\n${plain(good)}`,
  ),
  read('said twice', ({ good }) => `${plain(good)}\n\n${plain(good)}`),
  read('after prose that names the tags', ({ good }) => `I reply with ${names(good)} tags.\n\n${plain(good)}`),
  read('after prose that quotes the tags', ({ good }) => `I fill in \`<${last(good)[0]}>\` last.\n\n${plain(good)}`),
  read('before prose that names a tag', ({ good }) => `${plain(good)}\n\nAll stands in the <${last(good)[0]}> tag.`),
  refusedBy(
    ['proposals', 'predictions'],
    'two different forms: where one thing is asked for once, neither; else the last word',
    ({ good, draft }) => `${plain(draft)}\n\n${plain(good)}`,
  ),
];

const asThoughts: readonly ReplyShape[] = [
  read('after a remark of HTML', after('<!-- ', ' -->\n')),
  read('after <think>', after('<think>\n', '\n</think>\n\n')),
  read('after <thinking>', after('<thinking>\n', '\n</thinking>\n\n')),
  read('after <thinking> that only names the tags', ({ good }) => `<thinking>I need ${names(good)}.</thinking>\n${plain(good)}`),
  read('after <THINK> in capitals', after('<THINK>\n', '\n</THINK>\n\n')),
  read('after <think> with an attribute', after('<think duration="3s">\n', '\n</think>\n')),
  read('after <think> with blanks', after('< think >\n', '\n</ think >\n')),
  read('after <thinking> that </think> ends', after('<thinking>\n', '\n</think>\n')),
  read('after an empty block', within('<think>\n\n</think>\n\n', '')),
  read('after two blocks', ({ good, draft }) => `<think>${plain(draft)}</think>\n<think>${plain(draft)}</think>\n${plain(good)}`),
  read('after blocks in one another', after('<think>First. <think>', '</think> Done.</think>')),
  read('after thoughts that name their tag', after('<think>I opened <think> once. ', '</think>\n')),
  read('after thoughts that quote their end', after('<think>I end with `</think>`. ', '</think>\n')),
  read('after thoughts whose begin the template has eaten', after('Okay. ', '\n</think>\n\n')),
  read('after such thoughts, in one line', ({ good }) => `It is so.</think>${plain(good)}`),
  read('after such thoughts, ended twice', after('Okay. ', '\n</think>\n\n</think>\n\n')),
  read('after such thoughts that quote the missing tag', after('I have no "<think>" here. ', '\n</think>\n\n')),
  read('after [THINK]', after('[THINK]', '[/THINK]')),
  read('after ◁think▷', after('◁think▷', '◁/think▷')),
  read('after <seed:think>', after('<seed:think>', '</seed:think>')),
  read(
    'after <|begin_of_thought|>',
    after('<|begin_of_thought|>\n', '\n<|end_of_thought|>\n\n<|begin_of_solution|>\n', '\n<|end_of_solution|>'),
  ),
  read('after <|START_THINKING|>', after('<|START_THINKING|>', '<|END_THINKING|><|START_RESPONSE|>', '<|END_RESPONSE|>')),
  read(
    'in the final channel of gpt-oss',
    after('<|channel|>analysis<|message|>', '<|end|><|start|>assistant<|channel|>final<|message|>', '<|return|>'),
  ),
  read('in that channel without its tokens', after('analysis', 'assistantfinal')),
  read('after words that announce thoughts', after('Here is my thought process:\n', '\n\nHere is my response:\n')),
  read(
    'after words that announce the response',
    after('Here are my reasoning steps:\n', '\n[BEGIN FINAL RESPONSE]\n', '\n[END FINAL RESPONSE]\n<|end|>'),
  ),
  read('after <reasoning>', after('<reasoning>\n', '\n</reasoning>\n')),
  read('after <scratchpad>', after('<scratchpad>\n', '\n</scratchpad>\n')),
  read('after <thought>', after('<thought>\n', '\n</thought>\n')),
  read('after <reflection> in capitals', after('<REFLECTION>\n', '\n</REFLECTION>\n')),
  read('after <analysis> and prose', after('Let me look.\n<analysis>\n', '\n</analysis>\nSo:\n')),
  read('after <draft>', after('<draft>\n', '\n</draft>\n')),
  read('all inside <reasoning>', within('<reasoning>Let me see.\n', '\n</reasoning>')),
  read('after <reasoning> that is never closed', within('<reasoning>Let me see.\n', '')),
  read('with thoughts in the middle of prose', after('Sure.\n<think>', '</think>\n')),
  read(
    'with thoughts between the tags',
    ({ good, draft }) => `${before(good)}\n<think>${plain(draft)}</think>\n${tag(last(good)[0], block(last(good)[1]))}`,
  ),
  read(
    'with thoughts in the last tag',
    lastAs((name, value) => tag(name, `<think>Let me see.</think>\n${value}`)),
  ),
  read('before thoughts that are cut off', ({ good, draft }) => `${plain(good)}\n<think>Or rather\n${plain(draft)}`),
  read('after escaped thoughts, escaped', ({ good, draft }) => escaped(`<think>${plain(draft)}</think>\n${plain(good)}`)),
];

const asNothing: readonly ReplyShape[] = [
  refusedBy(readers, 'nothing', () => ''),
  refusedBy(readers, 'blanks', () => ' \n\n'),
  refusedBy(readers, 'a refusal', () => 'I am sorry, but I cannot help with that.'),
  refusedBy(readers, 'empty tags', ({ good }) => eachAs((name) => tag(name, ''))({ good, draft: good })),
  refusedBy(readers, 'thoughts that never end', ({ draft }) => `<think>\nPerhaps\n${plain(draft)}`),
  refusedBy(readers, 'thoughts and nothing else', ({ draft }) => `<think>\n${plain(draft)}\n</think>\n`),
  refusedBy(readers, 'thoughts without their begin and nothing else', ({ draft }) => `${plain(draft)}\n</think>\n`),
  refusedBy(readers, "gpt-oss' thoughts and nothing else", ({ draft }) => `<|channel|>analysis<|message|>${plain(draft)}<|end|>`),
  refusedBy(readers, 'prose that only names the tags', ({ good }) => `I would reply with ${names(good)} tags, if I could.`),
];

/** Shapes in which models really answer. */
export const replyShapes: readonly ReplyShape[] = [
  ...asForm,
  ...asTags,
  ...asTagEnds,
  ...asFences,
  ...asJson,
  ...asHeadings,
  ...asRepetition,
  ...asThoughts,
  ...asNothing,
];
