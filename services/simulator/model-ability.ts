/** Abilities in logits. 0 solves a query as often as the recorded runs of good workflows did. */
const abilities: Readonly<Record<string, number>> = { 'qwen-plus': 0, 'qwen3-8b': -0.6 };
const defaultAbility = -0.3;

/**
 * The ability of a model by its name, which may have a path in front ("Qwen/Qwen3-8B") and a suffix behind ("qwen-plus-latest").
 */
export function abilityOf(model: string): number {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  const known = Object.keys(abilities).find((key) => name === key || name.startsWith(`${key}-`));
  return known === undefined ? defaultAbility : (abilities[known] ?? defaultAbility);
}
