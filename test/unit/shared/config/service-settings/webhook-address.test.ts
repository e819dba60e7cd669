import { expect, test } from 'vitest';
import { addressFault } from '../../../../../services/shared/config/service-settings/webhook-address.ts';

test.each([
  ...['169.254.169.254', '0.0.0.0', '255.255.255.255', '224.0.0.1', 'fe80::1', 'ff02::1', '::', '::ffff:169.254.169.254'],
  ...['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200'],
])('%s is no address for notes, whatever is set', (address) => {
  expect(addressFault(address, true)).toMatch(/is no address for notes/);
});

test.each(['10.0.0.1', '172.31.0.1', '192.168.1.1', '100.64.0.1', '::1', 'fd12::1', '::ffff:10.0.0.1'])(
  '%s is one where private networks are meant',
  (address) => {
    expect(addressFault(address, true)).toBeUndefined();
    expect(addressFault(address, false)).toMatch(/SCALE_WEBHOOK_PRIVATE=true/);
  },
);

test.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111'])('%s is one', (address) => {
  expect(addressFault(address, false)).toBeUndefined();
});
