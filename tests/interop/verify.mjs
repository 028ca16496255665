// Lets an implementation that is not ours judge a credential. Reads files only, never the network.
// node verify.mjs --libraries DIR --contexts DIR --credential FILE --documents FILE --at TIME
//   contexts:  a folder with index.json, {address: file}
//   documents: {address: document} for DID documents, their keys, and status lists
// Prints {"verified": …, "signature": …, "revoked": …, "problems": […]}.
import {createRequire} from 'node:module';
import {parseArgs} from 'node:util';
import {pathToFileURL} from 'node:url';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

const {values: given} = parseArgs({options: {
  libraries: {type: 'string'}, contexts: {type: 'string'}, credential: {type: 'string'},
  documents: {type: 'string'}, at: {type: 'string'},
}});
const read = file => JSON.parse(readFileSync(file, 'utf8'));
const require = createRequire(join(given.libraries, 'package.json'));
const library = name => import(pathToFileURL(require.resolve(name)).href);

const vc = await library('@digitalbazaar/vc');
const {DataIntegrityProof} = await library('@digitalbazaar/data-integrity');
const {cryptosuite} = await library('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const {checkStatus} = await library('@digitalbazaar/vc-bitstring-status-list');

const index = read(join(given.contexts, 'index.json'));
const documents = read(given.documents);

async function documentLoader(address) {
  if(address in index) {
    return {contextUrl: null, documentUrl: address, document: read(join(given.contexts, index[address]))};
  }
  if(address in documents) {
    return {contextUrl: null, documentUrl: address, document: documents[address]};
  }
  throw new Error(`nothing is known of ${address}`);
}

const messages = error => error === undefined ? [] :
  [error.message, ...(error.errors ?? []).flatMap(messages), ...(error.cause ? messages(error.cause) : [])];

const suite = new DataIntegrityProof({cryptosuite});
const credential = read(given.credential);
const now = given.at ? new Date(given.at) : new Date();
const signature = await vc.verifyCredential({
  credential: structuredClone(credential), suite, documentLoader, now,
  // The library insists on being asked about status with the signature; it is told apart below.
  checkStatus: async () => ({verified: true}),
});
const status = credential.credentialStatus === undefined ? null :
  await checkStatus({credential: structuredClone(credential), suite, documentLoader});
// The library calls a status "verified" when the list is sound; the bit itself stands beside it.
const revoked = status?.verified ? status.results.some(result => result.status) : null;
console.log(JSON.stringify({
  verified: signature.verified && (status === null || revoked === false),
  signature: signature.verified,
  revoked,
  problems: [...messages(signature.error), ...messages(status?.error)],
}));
