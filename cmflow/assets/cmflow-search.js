/* Answers Material's search dialog out of an index in pieces: fetches the words that a question
 * has, and the pages that are shown. Messages: https://github.com/squidfunk/mkdocs-material,
 * integrations/search/worker/message. The files: cmflow/search.
 */
"use strict";

const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;
const PAGES = 20; // shown for a question
const SHARDS = 4; // fetched for one word; where there are more, the word is taken as a whole
const PAUSE = 150; // milliseconds without a key before pages are fetched
const STEP = 4, TAG = 4; // as in hits.py
const LONGEST = 40; // as in words.py
const OTHER = 0.5; // how much less, one that has other accents than those that were typed
const SATURATION = 1.2; // k1 of BM25, as Material has it

const ROOT = new URL("../../search/", self.location);
const MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670";
const LETTER = `[\\p{L}\\p{N}_${MARKS}]`;
const WORD = new RegExp(`${LETTER}*\\p{Nd}(?:[.,]\\p{Nd}+)+|${LETTER}+`, "gu");
const PIECE = /<[^>]*>|&(?:#\d+|\w+);|[^<&]+|[<&]/g;
const ACCENTS = new RegExp(`[${MARKS}]+`, "g");
const LETTERS = { œ: "oe", æ: "ae", ß: "ss", ø: "o", ł: "l", đ: "d", ı: "i" };

let config, suggest, separator, directory;
let files = new Map();
let latest = 0;

/* --- words ------------------------------------------------------------------------------------ */

function fold(word) {
  return word.toLowerCase().normalize("NFD").replace(ACCENTS, "").normalize("NFC")
    .replace(/[œæßøłđı]/g, letter => LETTERS[letter]);
}

/** The words of a text: where each begins and ends, in small letters, and without accents. */
function words(text) {
  const found = [];
  for (const match of text.matchAll(WORD)) {
    let at = match.index;
    for (const part of separator ? match[0].split(separator) : [match[0]]) {
      if (!part) continue;
      at = text.indexOf(part, at);
      const small = part.toLowerCase().normalize("NFC").slice(0, LONGEST);
      found.push({ at, end: at + part.length, small, word: fold(small) });
      at += part.length;
    }
  }
  return found;
}

/** What is asked for: words; whole ones, needed or unwanted, where they are quoted or marked. */
function clauses(question) {
  const found = new Map();
  question.split(/"([^"]+)"/).forEach((part, quoted) => {
    for (const token of part.split(/\s+/)) {
      const [, sign, rest] = /^([+-]?)(.*)$/s.exec(token);
      for (const { small, word } of words(rest)) {
        const needed = quoted % 2 === 1 || sign === "+";
        const unwanted = !needed && sign === "-";
        found.set(word, { small, word, needed, unwanted, whole: needed || unwanted });
      }
    }
  });
  return [...found.values()];
}

/* --- files ------------------------------------------------------------------------------------ */

function fetched(path, options) {
  if (!files.has(path)) {
    const coming = fetch(new URL(path, ROOT), options).then(answer => {
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return answer.json();
    });
    coming.catch(() => files.delete(path));
    files.set(path, coming);
  }
  return files.get(path);
}

/** Read the table of contents, once; `again` where the site may have been published anew. */
async function open(again) {
  if (again) {
    files = new Map();
    config = (await fetched("search_index.json", { cache: "no-cache" })).config;
  } else if (directory) {
    return;
  }
  const [, sections, bundles, filled, slots, boosts, titles, text] =
    await fetched(`${config.directory}.json`);
  const pages = bundles.flatMap((name, bundle) =>
    Array.from({ length: filled[bundle] }, (_, at) => ({ path: `pages/${name}.json`, at })));
  let first = 0;
  pages.forEach((page, at) => {
    page.first = first;
    first += slots[at] * STEP;
  });
  directory = { sections, pages, boosts, titles, text };
}

/** The files that hold the words with a beginning; `whole`: the one that holds the word itself. */
function places([beginnings, names], word, whole) {
  let own = -1;
  const longer = [];
  beginnings.forEach((beginning, at) => {
    if (word.startsWith(beginning)) {
      if (own < 0 || beginning.length > beginnings[own].length) own = at;
    } else if (beginning.startsWith(word)) {
      longer.push(at);
    }
  });
  const wide = new Set(longer.map(at => names[at])).size > SHARDS;
  const chosen = whole || wide ? [own] : [own, ...longer];
  return { wide, files: new Set(chosen.filter(at => at >= 0).map(at => names[at])) };
}

/** The words of a shelf that a clause means: each with its worth, how many hits, and the hits. */
async function looked(shelf, { small, word, whole }) {
  const { wide, files: names } = places(shelf, word, whole);
  const shards = await Promise.all([...names].map(name => fetched(`words/${name}.json`)));
  const found = [];
  for (const shard of shards)
    for (const [term, numbers] of Object.entries(shard)) {
      const bare = fold(term);
      if (whole || wide ? bare !== word : !bare.startsWith(word)) continue;
      const worth = term.startsWith(small) ? 1 : OTHER;
      const common = numbers[0] < 0;
      const [count, hits] = common ? [-numbers[0], []] : [numbers.length, numbers];
      found.push({ term, worth, common, count, hits });
    }
  return found;
}

/* --- answers ---------------------------------------------------------------------------------- */

/** How much a word tells that stands in so many sections. */
function rarity(count) {
  const all = directory.sections;
  return Math.log(1 + Math.abs((all - count + 0.5) / (count + 0.5)));
}

function often(times) {
  return (SATURATION + 1) * times / (SATURATION + times);
}

/** The number of the page that has a section. */
function pageOf(section) {
  let low = 0, high = directory.pages.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (directory.pages[middle].first <= section) low = middle;
    else high = middle;
  }
  return low;
}

/** Weigh every section that a question finds, as Material does with lunr. */
async function weighed(asked) {
  const { fields } = config;
  const boost = name => fields[name]?.boost ?? 1;
  const looks = await Promise.all(asked.map(async clause => [
    await looked(directory.titles, clause), await looked(directory.text, clause)
  ]));
  const sections = new Map(), terms = { title: 0, tags: 0, text: 0 };
  const note = (section, clause, field, score) => {
    let found = sections.get(section);
    if (!found) sections.set(section, found = { title: 0, tags: 0, text: 0, clauses: new Set() });
    found[field] += score;
    found.clauses.add(clause);
  };
  looks.forEach(([titles, text], clause) => {
    const counts = new Map(text.map(({ term, count }) => [term, count]));
    for (const { term, worth, count, hits } of titles) {
      counts.set(term, (counts.get(term) ?? 0) + count);
      const value = rarity(counts.get(term)) * worth;
      let tagged = 0, titled = 0, hit = 0;
      for (const step of hits) {
        hit += step;
        const times = hit & 3;
        if (times) titled = 1, note(hit >> 3, clause, "title", value * often(times));
        if (hit & TAG) tagged = 1, note(hit >> 3, clause, "tags", value);
      }
      terms.title += titled;
      terms.tags += tagged;
    }
    for (const { term, worth, hits } of text) {
      const value = rarity(counts.get(term)) * worth;
      let hit = 0;
      for (const step of hits) {
        hit += step;
        note(hit >> 3, clause, "text", value * often((hit & 7) + 1));
      }
      terms.text += 1;
    }
  });
  // What stands in too many places to be looked up is taken to stand everywhere.
  looks.forEach((look, clause) => asked[clause].common = look.flat().some(({ common }) => common));
  const wanted = asked.filter(clause => !clause.unwanted).length;
  const scored = [];
  for (const [section, { clauses: had, ...found }] of sections) {
    asked.forEach(({ common }, at) => common && had.add(at));
    if (asked.some((clause, at) => clause.needed && !had.has(at))) continue;
    if (asked.some((clause, at) => clause.unwanted && !clause.common && had.has(at))) continue;
    const page = pageOf(section), at = section - directory.pages[page].first;
    const cover = (at === 0 ? 1 : 0) + had.size / wanted;
    const plain = ["title", "tags", "text"].reduce(
      (sum, field) => sum + found[field] * boost(field) / (Math.sqrt(terms[field]) || 1), 0);
    const score = plain * (directory.boosts[page] ?? 1) * (1 + cover ** 2);
    scored.push({ page, section: at, score, had });
  }
  return scored.sort((a, b) => b.score - a.score);
}

/** Group sections by their pages, the best pages first. */
function grouped(scored) {
  const pages = new Map();
  for (const found of scored) {
    if (!pages.has(found.page)) {
      if (pages.size === PAGES) continue;
      pages.set(found.page, []);
    }
    pages.get(found.page).push(found);
  }
  return pages;
}

/* --- results ---------------------------------------------------------------------------------- */

/** The part of a written word that was asked for: “communauté” for “communaute”. */
function meant(written, word) {
  for (let end = 1; end < written.length; end++)
    if (fold(written.slice(0, end)).length >= word.length && !/^\p{M}/u.test(written.slice(end)))
      return written.slice(0, end);
  return written;
}

/** Mark what was asked for in HTML; notes in `seen` how it is written there. */
function marked(html, asked, seen) {
  return html.replace(PIECE, piece => {
    if (piece[0] === "<" || piece[0] === "&") return piece;
    let made = "", done = 0;
    for (const { at, end, word } of words(piece)) {
      const clause = asked.find(({ word: begins, whole, unwanted }) =>
        !unwanted && (whole ? word === begins : word.startsWith(begins)));
      if (!clause) continue;
      const written = piece.slice(at, end);
      seen.add(clause.whole ? written : meant(written, clause.word));
      made += `${piece.slice(done, at)}<mark>${written}</mark>`;
      done = end;
    }
    return made + piece.slice(done);
  });
}

/** The paragraphs, lists and so on of a text. */
function blocks(html) {
  const found = [];
  let depth = 0, from = 0;
  for (const { 0: tag, index } of html.matchAll(/<[^>]*>/g)) {
    depth += tag[1] === "/" ? -1 : 1;
    if (depth > 0) continue;
    depth = 0;
    found.push(html.slice(from, from = index + tag.length));
  }
  return [...found, html.slice(from)].filter(block => block.trim());
}

/** Two blocks of a text, of those that have what was asked for, or else the first ones. */
function shown(html, asked, seen) {
  const all = blocks(html), found = [];
  for (const block of all) {
    const made = marked(block, asked, seen);
    if (made !== block && found.push(made) === 2) break;
  }
  return (found.length ? found : all.slice(0, 2)).join("");
}

function item([location, tags, sections], at, asked, { score, had }) {
  const [id, title, text] = sections[at];
  const seen = new Set(), terms = {};
  const made = {
    location: id ? `${location}#${id}` : location,
    title: marked(title, asked, seen),
    text: shown(text, asked, seen),
    score, terms
  };
  if (tags.length) made.tags = tags.map(tag => marked(tag, asked, seen));
  asked.forEach(({ small, unwanted }, clause) => {
    if (had && !unwanted && !had.has(clause)) terms[small] = false;
  });
  for (const word of [...seen].slice(0, 10)) terms[word.toLowerCase()] = true;
  return made;
}

/** What completes the last word: the word of the best title that begins so. */
function completion(results, asked) {
  const last = asked[asked.length - 1].word;
  for (const [{ title }] of results)
    for (const { small, word } of words(title.replace(/<[^>]*>|&\w+;/g, " ")))
      if (word.startsWith(last)) return [small];
  return [];
}

/** Answer a question, or nothing where another has been asked meanwhile. */
async function answer(question, turn) {
  const asked = clauses(question);
  if (!asked.some(clause => !clause.unwanted)) return { items: [] };
  await open(false);
  const pages = grouped(await weighed(asked));
  const wanted = [...pages.keys()].map(page => directory.pages[page]);
  if (wanted.some(({ path }) => !files.has(path))) {
    await new Promise(resolve => setTimeout(resolve, PAUSE));
    if (turn !== latest) return undefined;
  }
  const extracts = await Promise.all(wanted.map(async ({ path, at }) => (await fetched(path))[at]));
  const items = [...pages.values()].map((found, at) => {
    const extract = extracts[at];
    const made = found.map(section => item(extract, section.section, asked, section));
    if (!found.some(({ section }) => section === 0))
      made.push({ ...item(extract, 0, [], { score: 0 }), terms: {} });
    return made;
  });
  return suggest ? { items, suggest: completion(items, asked) } : { items };
}

async function query(question) {
  const turn = ++latest;
  let data;
  try {
    try {
      data = await answer(question, turn);
    } catch {
      await open(true);
      data = await answer(question, turn);
    }
  } catch (error) {
    console.warn(`search: ${error.message}`);
    data = { items: [] };
  }
  if (data && turn === latest) postMessage({ type: RESULT, data });
}

addEventListener("message", ({ data: { type, data } }) => {
  if (type === QUERY) return void query(data);
  if (type !== SETUP) return;
  config = data.config;
  suggest = data.options?.suggest;
  separator = config.words ? new RegExp(config.words, "g") : null;
  postMessage({ type: READY });
});
