/**
 * What programs call of `node:http`. An import of it makes Node.js load its whole WebSocket client, which stands among its
 * exports: 40 ms of CPU at the start of every service.
 */
export const { createServer, request } = process.getBuiltinModule('node:http');
