import { z } from 'zod';
import { integer } from '../../settings/rules.ts';

/** What a port must be, for people. */
export const portRule = 'must be a port from 0 to 65535';

export const port = (variable: string, preset: number, description: string) =>
  ({
    variable,
    type: 'special',
    schema: z.coerce.number({ error: portRule }).pipe(integer(0, 65_535)).default(preset),
    description,
    range: 'a port; 0: any free one',
    shownDefault: `\`${preset}\``,
  }) as const;
