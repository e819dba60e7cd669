import type { RunSection } from './run-section.ts';

/** As they are, so that the run can be repeated. */
export const settings: RunSection = ({ configuration }) => ({
  id: 'settings',
  title: 'Settings',
  filesOnly: true,
  blocks: [{ kind: 'listing', language: 'json', text: JSON.stringify(configuration, null, 2) }],
});
