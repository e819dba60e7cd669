import { type NatsPermissions, natsUsers, permissionsOf } from '../nats-permissions.ts';
import { streams } from '../subjects-and-streams.ts';

/**
 * The accounts of a nats-server as a part of its configuration: a user for each service, with the permissions that it needs, one
 * for people who look after the streams, and one for the server itself. Passwords are variables that another file sets.
 */
export function natsAccounts(): string {
  const users = natsUsers.map(
    (role) => `      {
        user: ${role}
        password: $${role}_password
        permissions: {
          publish: ${list(permissionsOf(role), 'publish')}
          subscribe: ${list(permissionsOf(role), 'subscribe')}
        }
      }`,
  );
  return `# Written by \`scale nats-config\` from the subjects and streams in SCALE's code: not to be changed by hand.
# The passwords are read here, since a file that is included sees no variables of the file that includes it.
include "secrets/passwords.conf"

accounts {
  SCALE {
    jetstream: { max_streams: ${Object.keys(streams).length} }
    users: [
${users.join('\n')}
      # For people: may do everything in this account, and is used by no service.
      { user: administrator, password: $administrator_password }
    ]
  }
  # Of the server: for \`nats server report\` and the like.
  SYSTEM { users: [{ user: system, password: $system_password }] }
}
system_account: SYSTEM
`;
}

function list(permissions: NatsPermissions, verb: keyof NatsPermissions): string {
  const lines = permissions[verb].map((subject) => `            ${JSON.stringify(subject)}`);
  return `{ allow: [\n${lines.join('\n')}\n          ] }`;
}
