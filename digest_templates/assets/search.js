/* Search in the archive, also from a folder: shards (pipeline/render/search.py) are classic scripts that call cityDigest.receive().
   Folding and tokens are those of pipeline/text/grams.py. What articles say becomes text nodes only. */
"use strict";

const UNSPACED = "\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\uac00-\\ud7af\\u{20000}-\\u{323af}";
const RUN = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
const LETTER = new RegExp(`^[${UNSPACED}]$`, "u");
// A character with its marks.
const CLUSTER = /[^][\u0300-\u036f\u3099\u309a\uff9e\uff9f]*/gu;
const FACETS = ["language", "city", "network", "theme"], FIELDS = ["q", ...FACETS, "from", "to"];
// Most tokens looked up, and common ones of them; most results on a page, and stories read for it.
const TOKENS = 6, COMMON = 2, ROWS = 10, READ = 30, BASE = 45, DAY = 864e5;
const [form, off, set, count, list, turn, results, template] =
  ["", "-off", "-set", "-count", "-list", "-turn", "-results", "-row"].map(id => document.getElementById(`search${id}`));

// tokens

const fold = text => text.normalize("NFKD").toLowerCase().replace(/\u0345/g, "ι").replace(/[\u0300-\u036f]/g, "")
  .replace(/ß/g, "ss").replace(/ς/g, "σ").normalize("NFC");

function tokenise(folded) {
  const found = [];
  folded.replace(RUN, (run, at) => {
    const letters = [...run];
    if (!LETTER.test(letters[0])) return found.push({ token: run, at });
    letters.forEach((letter, i) => {
      found.push({ token: letter + (letters[i + 1] || ""), at });
      at += letter.length;
    });
  });
  return found;
}

/* The tokens that stand one after another in every text that holds these words. */
function phraseOf(words) {
  const tokens = tokenise(fold(words)).map(item => item.token), [before, last] = tokens.slice(-2);
  // A last character alone ends a run; in a text the run may go on.
  if (last && LETTER.test(last) && before !== last && LETTER.test([...before][0]) && before.endsWith(last)) tokens.pop();
  return tokens;
}

const phrasesOf = query =>
  (query.normalize("NFKC").match(/"[^"]*"|「[^」]*」|[^\s"「]+/g) || []).map(phraseOf).filter(phrase => phrase[0]);

/* A text with the places of every phrase in it, as [start, end] in the text as it is written. */
function mark(text, phrases) {
  let folded = "", offset = 0;
  const origin = [];
  for (const cluster of text.match(CLUSTER) || []) {
    const piece = fold(cluster);
    folded += piece;
    origin.push(...Array(piece.length).fill(offset));
    offset += cluster.length;
  }
  origin.push(offset);
  const tokens = tokenise(folded);
  const places = phrases.map(phrase => {
    const last = phrase.length - 1, ends = tokens.slice(last);
    const fits = (token, i) => (i === last && LETTER.test(token) ? have => have.startsWith(token) : have => have === token);
    return ends.flatMap((end, at) => phrase.every((token, i) => fits(token, i)(tokens[at + i].token))
      ? [[origin[tokens[at].at], origin[end.at + phrase[last].length]]] : []);
  });
  return { text, places };
}

// shards

const waiting = {}, loading = {};
window.cityDigest = { receive: (name, value, packed) => waiting[name](packed ? unpack(value) : value) };

/* A value from the base64 of its zlib stream. */
const unpack = async packed => new Response(
  new Blob([Uint8Array.from(atob(packed), byte => byte.charCodeAt())]).stream().pipeThrough(new DecompressionStream("deflate"))).json();

function load(name) {
  return loading[name] = loading[name] || new Promise((resolve, reject) => {
    waiting[name] = resolve;
    const script = document.createElement("script");
    script.src = `${form.dataset.folder}/${name}.js`;
    script.onerror = reject;
    document.head.append(script);
  });
}

/* Numbers of digits of base 45, the lowest first; after those from Q on more follow. */
const numbersOf = text => (text.match(/[Q-~]*[#-P]/g) || []).map(digits => [...digits].reduceRight((value, digit) => {
  const code = digit.charCodeAt();
  return value * BASE + (code - 35 - (code > 60) - (code > 92)) % BASE;
}, 0));

/* Per story where a token stands: bits of title 4, name 2, sentence 1. Shards have the tokens in the order of their UTF-16. */
async function masksOf(token, { stories, tokens }) {
  const masks = new Uint8Array(stories), place = tokens.filter(first => first <= token).length;
  const shard = place ? await load(`tokens/${place - 1}`) : "";
  let posting = -1;
  for (const distance of numbersOf((shard.split(`!${token} `)[1] || "").split("!")[0])) masks[(posting += distance) >> 3] |= posting & 7;
  return masks;
}

// query

/* Which tokens are looked up: the first of every phrase before the second ones, rare ones before common ones, of these the rarest.
   What is left out is decided when stories are read. */
function choose(phrases, { common }) {
  const places = phrases.flatMap(phrase => phrase.map((token, i) => [i, token])).sort((a, b) => a[0] - b[0]);
  const tokens = [...new Set(places.map(([, token]) => token))];
  const few = common.filter(token => tokens.includes(token)).slice(0, COMMON);
  return [...tokens.filter(token => !common.includes(token)).slice(0, TOKENS - few.length), ...few];
}

/* How many stories are filed under days before this one. */
async function countBefore(day) {
  const [first, days] = await load("days"), numbers = numbersOf(days);
  let at = Date.parse(first), stories = 0;
  for (let i = 0; i < numbers.length && (at += numbers[i] * DAY) < day; i += 2) stories += numbers[i + 1];
  return stories;
}

/* Stories that may answer a query, best first: by where the words stand, then the newest. */
async function find(query, phrases, index) {
  const lists = tokens => Promise.all(tokens.map(token => masksOf(token, index)));
  const tokens = choose(phrases, index), sought = phrases.map(phrase => phrase.filter(token => tokens.includes(token)));
  const words = await Promise.all(sought.map(lists));
  const themes = await Promise.all(phrases.map(phrase => lists(index.themes
    .filter(names => names.slice(1).some(name => isHit(mark(name, [phrase])))).map(names => `theme/${names[0]}`))));
  const facets = await lists(FACETS.filter(name => query[name]).map(name => `${name}/${query[name]}`));
  const from = query.from ? await countBefore(Date.parse(query.from)) : 0, found = [];
  let story = query.to ? await countBefore(Date.parse(query.to) + DAY) : index.stories;
  while (--story >= from) {
    const places = words.map((those, i) =>
      those.reduce((all, masks) => all & masks[story], 7) | (themes[i].some(masks => masks[story]) && 2));
    if (places.every(Boolean) && facets.every(masks => masks[story])) found.push({ story, score: places.reduce((a, b) => a + b, 0) });
  }
  found.sort((a, b) => b.score - a.score || b.story - a.story);
  return { found, isExact: phrases.every(phrase => !phrase[1] && tokens.includes(phrase[0])) };
}

/* A story with what is to be marked in it; false if a phrase stands nowhere. */
async function read({ story }, { phrases, index }) {
  let shard = 0, at = story;
  while (at >= index.per[shard]) at -= index.per[shard++];
  const texts = [];
  const marked = text => texts[texts.push(mark(text, phrases)) - 1];
  const [id, day, headline, sentences, sources, names, rest, themes, flags] = (await load(`stories/${shard}`))[at];
  const entry = {
    id, day, headline: marked(headline), sentences: sentences.map(marked), names: names.map(marked), flags: flags.map(marked),
    sources: sources.map(([outlet, lang, title]) => ({ outlet: marked(outlet), lang, title: marked(title) })),
    rest: [...rest, ...themes.flatMap(theme => index.themes[theme].slice(1))].map(marked),
  };
  return phrases.every((_, i) => texts.some(({ places }) => places[i].length)) && entry;
}

// page

const isHit = ({ places }) => places.flat().length;

/* A text as nodes, with <mark> around what was sought. */
function nodesOf({ text, places }) {
  const nodes = [];
  let at = 0;
  for (const [start, end] of places.flat().sort((a, b) => a[0] - b[0])) if (end > at) {
    const from = Math.max(start, at), hit = document.createElement("mark");
    hit.textContent = text.slice(from, end);
    nodes.push(text.slice(at, from), hit);
    at = end;
  }
  return [...nodes, text.slice(at)];
}

function rowOf({ id, day, headline, sentences, sources, names, rest, flags }, say) {
  const row = template.content.cloneNode(true), best = sources.find(item => isHit(item.title)) || sources[0];
  const part = selector => row.querySelector(selector);
  const fill = (selector, texts, between) => texts.length
    ? part(selector).append(...texts.flatMap((text, i) => [i ? between : "", ...nodesOf(text)])) : part(selector).remove();
  part(".stamp").textContent = day;
  part("a").href = `../stories/${id}/${form.dataset.folder}.html`;
  fill("a", [headline]);
  fill(".names", names, say.join);
  fill(".flag", flags);
  fill(".sentences", sentences, say.sentences);
  if (best) part(".original").lang = best.lang;
  fill(".original", best ? [best.title] : []);
  fill(".source-facts", best ? [best.outlet] : []);
  fill(".also", [...sources.filter(item => item !== best).map(item => item.outlet), ...rest].filter(isHit), say.join);
  part(".source-note").hidden = !part(".also");
  return row;
}

let search = {};

async function show(page) {
  const mine = search, { found, isExact, index, starts, wrong } = mine, rows = [], [back, on] = turn.children;
  let at = starts[page];
  while (rows.length < ROWS && at < found.length && at < starts[page] + READ) {
    const batch = found.slice(at, at + ROWS - rows.length), entries = await Promise.all(batch.map(item => read(item, mine)));
    entries.forEach((entry, i) => entry ? rows.push(rowOf(entry, index.say)) : wrong.add(batch[i]));
    at += batch.length;
  }
  if (mine !== search) return;
  mine.page = page;
  starts[page + 1] = at;
  list.textContent = "";
  list.append(...rows);
  const total = found.length - wrong.size, isSure = starts.includes(found.length) || isExact;
  const lang = form.dataset.folder, forms = index.say[isSure ? "found" : "about"];
  const said = forms[new Intl.PluralRules(lang).select(total)] || forms.other;
  count.textContent = total ? said.replace("{n}", total.toLocaleString(lang)) : index.say.none;
  back.disabled = !page;
  on.disabled = at >= found.length;
  turn.hidden = back.disabled && on.disabled;
}

const valueOf = name => form.elements[name].value.trim();
const asked = names => Object.fromEntries(names.filter(valueOf).map(name => [name, valueOf(name)]));
const fail = () => { count.textContent = form.dataset.failed; };

/* What narrows the search; how much that is stands beside its fold. */
function narrow() {
  const query = asked(FIELDS.slice(1)), chosen = Object.keys(query).length;
  set.textContent = chosen ? set.dataset.say.replace("{n}", chosen) : "";
  return query;
}

async function run() {
  const query = narrow(), mine = search = {}, phrases = phrasesOf(valueOf("q"));
  list.textContent = count.textContent = "";
  turn.hidden = true;
  if (!phrases.length && !set.textContent) return;
  const index = await load("contents"), answer = await find(query, phrases, index);
  Object.assign(mine, answer, { phrases, index, starts: [0], wrong: new Set() });
  if (mine === search) await show(0);
}

function readAddress() {
  const query = new URLSearchParams(location.search);
  FIELDS.forEach(name => {
    const control = form.elements[name], value = control.value = query.get(name) || "";
    if (value && !control.value && control.add) control.add(new Option(value, value, true, true));
  });
  run().catch(fail);
}

form.onsubmit = event => {
  event.preventDefault();
  const address = `?${new URLSearchParams(asked(FIELDS))}`;
  // A browser that lets no page from a folder change its own address loads it anew.
  try { history.pushState(null, "", address); } catch { location.search = address; return; }
  run().catch(fail);
};
form.oninput = narrow;
turn.onclick = ({ target: { dataset } }) => {
  if (dataset.step) show(search.page + +dataset.step).then(() => results.focus()).catch(fail);
};
onpopstate = readAddress;
form.hidden = false;
off.hidden = true;
readAddress();
