import { MalformedReplyError } from './endpoint-errors.ts';
import { fieldsOf } from './server-answer.ts';

/**
 * The models in an answer of /models: OpenAI's {data: [{id}]}, or the same as a list, or as {models: [{name}]}.
 * @throws MalformedReplyError
 */
export function modelNamesIn(text: string): string[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new MalformedReplyError('the list of models is not JSON');
  }
  const { data, models } = fieldsOf(body);
  const list = [body, data, models].find(Array.isArray);
  if (list === undefined) throw new MalformedReplyError('there is no list of models in the answer');
  return list.flatMap((each: unknown) => {
    const { id, name, model } = fieldsOf(each);
    return [id, name, model, each].find((value) => typeof value === 'string') ?? [];
  });
}
