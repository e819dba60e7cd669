import { expect, test } from 'vitest';
import { servedModelsIn } from '../../../../../services/shared/models/endpoint/served-models.ts';

test.each([
  ['Ollama before a model is pulled', { object: 'list', data: null }],
  ['one that gives both lists, empty', { object: 'list', data: [], models: null }],
])('the list of %s is an empty one', (_, body) => {
  expect(servedModelsIn(JSON.stringify(body))).toEqual({ names: [], simulated: false, ownedBy: '' });
});

test.each(['{"object": "error"}', '"ok"', 'null', 'ok'])('%s is no list of models', (text) => {
  expect(() => servedModelsIn(text)).toThrow(/list of models/);
});
