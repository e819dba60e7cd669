import { expect, test } from 'vitest';
import { mayAct, roleNeededFor, roleOfMethod, roles } from '../../../../services/coordinator/access/roles.ts';
import { ControlServiceService } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';

test('every method of the service has a role, and nothing else has', () => {
  expect(Object.keys(roleOfMethod).sort()).toEqual(Object.keys(ControlServiceService).sort());
  for (const { path } of Object.values(ControlServiceService)) expect(roles, path).toContain(roleNeededFor(path));
});

test('a method that the table does not name is refused to everyone; health is open to everyone', () => {
  expect(roleNeededFor('/scale.v1.ControlService/DeleteEverything')).toBe('nobody');
  expect(roleNeededFor('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo')).toBe('nobody');
  expect(roleNeededFor('/grpc.health.v1.Health/Check')).toBe('anyone');
  expect(roleNeededFor('/grpc.health.v1.HealthOther/Check')).toBe('nobody');
});

test('each role may do what those before it may', () => {
  const may = roles.map((role) => roles.filter((needed) => mayAct(role, needed)));
  expect(may).toEqual([['read'], ['read', 'run'], ['read', 'run', 'admin']]);
});
