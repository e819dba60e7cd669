/** Words for an answer in languages that models answer in if the question does; they name nothing in English. */
const words = 'antwort|lösung|réponse|respuesta|resposta|risposta|antwoord|odpowiedź|cevap|ответ';
/** "Antwort: 18", "**Réponse finale :** 18". */
const heading = String.raw`(?:\s\p{L}{2,12})?[*_]*\s?[:：][\s*_]*`;
/** "Die richtige Antwort ist 18", "la respuesta correcta es 18". */
const sentence = String.raw`(?:\s\p{L}{2,12})?\s(?:ist|lautet|est|es|é|è|to|is)(?:\s:)?[\s:*_]+`;
const european = new RegExp(String.raw`(?<!\p{L})(?:${words})(?:${heading}|${sentence})(\S[^\n]{0,300})`, 'giu');
/** "最终答案是 18 元。", "答案：B，因为 …", "故选：B". */
const chinese =
  /(?:答案(?:应该|就)?(?:是|为|[:：])|(?:故选|应选|选择?)[:：]?(?=[\s*]*[A-J](?![A-Za-z])))[\s*:：]*([^\n。；;（(]{1,200}?)(?=[。；;（(\n]|，\s*(?:因|其|所|验|共|即|也|而|故)|$)/gu;
/** "答えは18です。", "回答：18". */
const japanese = /(?:答え|解答|回答)(?:は|[:：])[\s*、]*([^\n。（(]{1,200}?)(?=で(?:す|ある)|となり|に?なります|[。（(\n]|$)/gu;
/** "정답은 18입니다.", "답: 18". */
const korean = /(?:정답|답)(?:은|[:：])[\s*]*([^\n(]{1,200}?)(?=입니다|이다|\.(?!\d)|[(\n]|$)/gu;

/** Whether one of the words stands in it, which is found at a fraction of the cost. */
export const isForeign = new RegExp(`${words}|答|选|답`, 'iu');

/** Answers that a text announces in another language than English, with the place where the announcement begins. */
export function foreignAnswers(text: string): { readonly at: number; readonly text: string }[] {
  if (!isForeign.test(text)) return [];
  return [european, chinese, japanese, korean]
    .flatMap((pattern) => [...text.matchAll(pattern)].map((match) => ({ at: match.index, text: match[1] ?? '' })))
    .sort((one, other) => one.at - other.at);
}
