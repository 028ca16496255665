// Lets a parser that is not ours read a feed. Reads files only, never the network.
// node read-feed.mjs --libraries DIR --feed FILE
// Prints {"format": "atom" | "rss" | "json" | "opml", "feed": …}, as the parser understood it.
import {createRequire} from 'node:module';
import {parseArgs} from 'node:util';
import {pathToFileURL} from 'node:url';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

const {values: given} = parseArgs({options: {libraries: {type: 'string'}, feed: {type: 'string'}}});
const require = createRequire(join(given.libraries, 'package.json'));
const {parseFeed, parseOpml} = await import(pathToFileURL(require.resolve('feedsmith')).href);

const text = readFileSync(given.feed, 'utf8');
const read = given.feed.endsWith('.opml') ? {format: 'opml', feed: parseOpml(text)} : parseFeed(text);
console.log(JSON.stringify(read));
