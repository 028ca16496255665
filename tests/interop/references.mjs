// Lets a library that is not ours read references, and write them. Reads files only, never the network.
// node references.mjs --libraries DIR --read FILE --form bibtex|ris|csl      prints CSL-JSON
// node references.mjs --libraries DIR --write FILE --form bibtex|ris         FILE is CSL-JSON; prints that format
import {createRequire} from 'node:module';
import {parseArgs} from 'node:util';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

const {values: given} = parseArgs({options: {
  libraries: {type: 'string'}, read: {type: 'string'}, write: {type: 'string'}, form: {type: 'string'},
}});
const require = createRequire(join(given.libraries, 'package.json'));
const {Cite, plugins} = require('@citation-js/core');
require('@citation-js/plugin-bibtex');
require('@citation-js/plugin-ris');

const forced = {bibtex: '@biblatex/text', ris: '@ris/file', csl: undefined};
if (given.read) {
  const text = readFileSync(given.read, 'utf8');
  const cite = given.form === 'csl' ? new Cite(JSON.parse(text)) : new Cite(text, {forceType: forced[given.form]});
  process.stdout.write(JSON.stringify(cite.data.map(({_graph, ...entry}) => entry)));
} else {
  plugins.config.get('@bibtex').format.useIdAsLabel = true;
  process.stdout.write(new Cite(JSON.parse(readFileSync(given.write, 'utf8'))).format(given.form));
}
