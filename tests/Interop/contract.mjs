// Loads the contract with Node's gRPC, and reads the details of its errors.
import { fileURLToPath } from 'node:url';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import protobuf from 'protobufjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folders = [path.join(root, 'protos'), path.join(root, 'tests/Interop/protos')];
const options = { keepCase: true, includeDirs: folders, longs: String, enums: String, defaults: true, oneofs: true };

const services = readdirSync(path.join(folders[0], 'timebank/v1')).filter((name) => name.endsWith('.proto')).map((name) => `timebank/v1/${name}`);
const standard = ['grpc/health/v1/health.proto', 'grpc/reflection/v1/reflection.proto', 'grpc/reflection/v1alpha/reflection.proto'];
export const contract = grpc.loadPackageDefinition(protoLoader.loadSync([...services, ...standard], options));

const details = new protobuf.Root();
details.resolvePath = (_, target) => {
  if (path.isAbsolute(target) || protobuf.common.get(target)) return target;
  return path.join(target.startsWith('google/rpc/') ? folders[0] : folders[1], target);
};
details.loadSync(['rpc.proto', 'google/rpc/error_info.proto']);

/** The google.rpc.Status of a failed call, its details by their short names. */
export function detailsOf(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const status = details.lookupType('google.rpc.Status').decode(bytes);
  const found = { code: status.code, message: status.message, LocalizedMessage: [] };
  for (const any of status.details) {
    const name = any.type_url.split('/').pop();
    const value = details.lookupType(name).decode(any.value).toJSON();
    if (name === 'google.rpc.LocalizedMessage') found.LocalizedMessage.push(value);
    else found[name.split('.').pop()] = value;
  }
  return found;
}

/** A client whose unary methods are promises; streams end with their last message. */
export function connect(Service, address, token) {
  const client = new Service(address, grpc.credentials.createInsecure());
  const metadata = () => {
    const headers = new grpc.Metadata();
    if (token) headers.set('authorization', `Bearer ${token}`);
    return headers;
  };
  const call = (method, request, seconds = 20) => new Promise((resolve, reject) => {
    const limit = { deadline: Date.now() + seconds * 1000 };
    if (!Service.service[method].responseStream) {
      client[method](request, metadata(), limit, (error, answer) => error ? reject(error) : resolve(answer));
      return;
    }
    const answers = [];
    client[method](request, metadata(), limit).on('data', (answer) => answers.push(answer)).on('error', reject).on('end', () => resolve(answers));
  });
  return { call, client, close: () => client.close() };
}
