import { MalformedReplyError } from '../errors/endpoint-errors.ts';
import { fieldsOf } from '../errors/server-answer.ts';
import type { ServedModels } from '../model-endpoint.ts';

/**
 * The models in an answer from /models: OpenAI's {data: [{id}]}, or the same as a list, or as {models: [{name}]}.
 * @throws MalformedReplyError
 */
export function servedModelsIn(text: string): ServedModels {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new MalformedReplyError('the list of models is not JSON');
  }
  const { object, data, models } = fieldsOf(body);
  // Ollama writes an empty list as null.
  const list = [body, data, models, object === 'list' && data === null ? [] : undefined].find(Array.isArray);
  if (list === undefined) throw new MalformedReplyError('there is no list of models in the answer');
  const names = list.flatMap((each: unknown) => {
    const { id, name, model } = fieldsOf(each);
    return [id, name, model, each].find((value) => typeof value === 'string') ?? [];
  });
  const owners = list.map((each: unknown) => fieldsOf(each).owned_by).filter((owner) => typeof owner === 'string');
  return { names, simulated: owners.includes('scale-simulator'), ownedBy: owners[0] ?? '' };
}
