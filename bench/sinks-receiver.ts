import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { Server, ServerCredentials } from '@grpc/grpc-js';

/** Receivers of a process of their own that take everything and keep nothing. Prints their ports as a line of JSON. */
export interface Ports {
  readonly http: number;
  readonly grpc: number;
  readonly udp: number;
}

const http = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200).end());
});
const udp = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
const grpc = new Server();
const same = (bytes: Buffer): Buffer => bytes;
const method = {
  path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
};
grpc.addService(
  { Export: method },
  { Export: (_: unknown, answer: (error: null, value: Buffer) => void) => answer(null, Buffer.alloc(0)) },
);

await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
const grpcPort = await new Promise<number>((resolve, reject) => {
  grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
});
const address = http.address();
const ports: Ports = {
  http: typeof address === 'object' ? (address?.port ?? 0) : 0,
  grpc: grpcPort,
  udp: udp.address().port,
};
process.stdout.write(`${JSON.stringify(ports)}\n`);
