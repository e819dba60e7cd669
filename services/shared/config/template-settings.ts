import { z } from 'zod';

/**
 * Settings of chat templates that switch thinking on and off. Qwen's templates compare with the boolean false: with "off",
 * "false", 0 or null the model thinks, and on a server that does not separate thoughts from answers the thoughts become answers.
 */
const switches = ['enable_thinking', 'thinking'];
const rule = 'must be true or false, without quotes: templates treat anything else as on';

/** `chat_template_kwargs` of a run file. */
export function templateSettings() {
  return z
    .record(z.string(), z.unknown(), { error: 'must be a group of settings for the chat template' })
    .superRefine((settings, context) => {
      for (const name of wrongSwitches(settings)) context.addIssue({ code: 'custom', path: [name], message: rule });
    });
}

/** The same for settings from elsewhere: one sentence, undefined if nothing is wrong. */
export function templateFault(settings: Readonly<Record<string, unknown>>): string | undefined {
  const [wrong] = wrongSwitches(settings);
  return wrong && `chat_template_kwargs.${wrong} ${rule}, but is ${JSON.stringify(settings[wrong])}`;
}

function wrongSwitches(settings: Readonly<Record<string, unknown>>): string[] {
  return switches.filter((name) => settings[name] !== undefined && typeof settings[name] !== 'boolean');
}
