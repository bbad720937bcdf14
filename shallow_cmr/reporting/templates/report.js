"use strict";
// The report's own script: it sorts tables, turns the pages of the gallery, and searches for typed words.
// Nothing is loaded: data stand in the page as JSON, and whatever they say is shown as text, never as markup.

// ---- Small things that every part needs ----

const find = (id) => document.getElementById(id);
const read = (id) => JSON.parse(find(id).textContent);
const count = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
const printed = (perMille) => (perMille === null ? "–" : (perMille / 1000).toFixed(3).replace(/^0\./, "."));

// An element with properties, `data-` and `aria-` attributes, and children: elements, or texts.
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const hidden = (text) => make("span", { className: "visually-hidden" }, text);
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const numbersOf = (text, Kind) => new Kind(bytesOf(text).buffer);
const bitOf = (bytes, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1;

// A matrix of 20-bit entries, whole multiples of their column's step: 16 high bits each, and two low halves a byte.
function matrixOf({ rows, columns, steps, high, low }) {
  const upper = numbersOf(high, Int16Array);
  const lower = bytesOf(low);
  const values = Float64Array.from(upper, (bits, i) => {
    const half = i % 2 ? lower[i >> 1] & 15 : lower[i >> 1] >> 4;
    return (bits * 16 + half) * steps[i % columns];
  });
  return { rows, columns, values };
}

// One item of a table of titles, texts, classes and pictures.
class Items {
  constructor(about) {
    this.about = about;
    this.length = about.titles.length;
  }
  title(i) { return this.about.titles[i]; }
  text(i) { return this.about.texts[i] || this.about.titles[i]; }
  words(i) { return `${this.about.titles[i]} ${this.about.texts[i]}`; }
  classes(i) { return this.about.classes[i].map((j) => this.about.class_names[j]).join(", "); }
  picture(i, size) {
    if (!this.about.pictures) return null;
    const src = `data:image/webp;base64,${this.about.pictures[i]}`;
    return make("img", { src, alt: this.title(i), title: this.title(i), width: size, height: size });
  }
}

// ---- Tables that sort by a click on a column's head ----

// Rows without a value come last and chance after them; equal rows keep their order.
function sortBy(head) {
  const body = head.closest("table").tBodies[0];
  const column = Number(head.dataset.column);
  const isText = head.dataset.sort === "text";
  const before = head.getAttribute("aria-sort");
  const order = before ? (before === "ascending" ? "descending" : "ascending") : isText ? "ascending" : "descending";
  const sign = order === "ascending" ? 1 : -1;
  const value = (row) => row.cells[column].dataset.value;
  const compare = (a, b) => (isText ? a.localeCompare(b) : Number(a) - Number(b));
  const rows = [...body.rows].filter((row) => !row.classList.contains("chance"));
  rows.sort((a, b) => {
    if (!value(a) || !value(b)) return Number(!value(a)) - Number(!value(b));
    return sign * compare(value(a), value(b));
  });
  body.prepend(...rows);
  for (const other of head.closest("thead").querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  find("announcement").textContent = `Sorted by ${head.dataset.name}, ${order}.`;
}

for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}

// ---- The gallery ----

class Gallery {
  constructor(galleries, tables) {
    this.galleries = galleries;
    this.tables = tables;
    this.direction = "text->image";
    this.place = 0;
    this.choices = ["set", "method", "query"].map((name) => find(`gallery-${name}`));
    [this.setChoice, this.methodChoice, this.queryChoice] = this.choices;
    fill(this.setChoice, galleries.map((gallery) => gallery.title));
    this.setChoice.addEventListener("change", () => this.openSet());
    this.methodChoice.addEventListener("change", () => this.openMethod());
    this.queryChoice.addEventListener("change", () => this.open(this.queryChoice.selectedIndex));
    for (const radio of document.querySelectorAll("[name=gallery-direction]")) {
      radio.addEventListener("change", () => this.openDirection(radio.value));
    }
    const steps = { previous: () => -1, next: () => 1, random: () => 1 + Math.floor(Math.random() * (this.n - 1)) };
    for (const [name, step] of Object.entries(steps)) {
      find(`gallery-${name}`).addEventListener("click", () => this.move(step()));
    }
    find("gallery-card").addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || event.target.matches("select, input") || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.move(step);
    });
    this.openSet();
  }

  openSet() {
    this.gallery = this.galleries[this.setChoice.selectedIndex];
    this.items = this.tables[this.gallery.table];
    fill(this.methodChoice, this.gallery.methods.map((method) => method.label));
    this.place = 0;
    this.openMethod();
  }

  openMethod() {
    this.method = this.gallery.methods[this.methodChoice.selectedIndex];
    this.openDirection(this.direction);
  }

  // The same query stays open, where the other method or direction has it.
  openDirection(direction) {
    const asked = this.list && this.list.items === this.items ? this.list.queries[this.place] : null;
    this.direction = direction;
    this.list = this.listOf(this.method);
    this.n = this.list.queries.length;
    fill(this.queryChoice, [...this.list.queries].map((item) => this.nameOf(item)));
    this.open(Math.max(0, this.list.queries.indexOf(asked)));
  }

  // What is stored of a method in the chosen direction, unpacked at first sight.
  listOf(method) {
    const list = method.lists[this.direction];
    if (!list.hitBytes) {
      const Kind = list.item_bytes === 2 ? Uint16Array : Uint32Array;
      list.queries = numbersOf(list.queries, Kind);
      list.found = numbersOf(list.found, Kind);
      list.hitBytes = bytesOf(list.hits);
      list.items = this.items;
    }
    return list;
  }

  nameOf(item) {
    const words = this.direction === "text->image" ? this.items.text(item) : this.items.title(item);
    return words.length > 60 ? `${words.slice(0, 58)}…` : words;
  }

  move(step) {
    this.open((this.place + step + this.n) % this.n);
  }

  open(place) {
    this.place = place;
    this.queryChoice.selectedIndex = place;
    const { queries, found, hitBytes, n_items: n } = this.list;
    const shown = [...found.subarray(n * place, n * (place + 1))];
    const hits = shown.map((_, i) => bitOf(hitBytes, n * place + i) === 1);
    const nHits = hits.filter(Boolean).length;
    const query = queries[place];
    find("gallery-asked").replaceChildren(...this.asked(query));
    find("gallery-status").textContent =
      `${nHits} of the first ${n} are relevant. ${this.gallery.measure} of this query ` +
      `${printed(this.list.scores[place])}, mean of the method ${printed(this.list.mean)}.`;
    find("gallery-rivals").replaceChildren(...this.rivals(query));
    const isText = this.direction.endsWith("text");
    find("gallery-found").className = `ranked ${isText ? "texts" : "pictures"}`;
    find("gallery-found").replaceChildren(...shown.map((item, i) => this.answer(item, hits[i], isText)));
    find("gallery-call").textContent = this.method.call;
    find("gallery-place").textContent = `query ${place + 1} of ${this.n}`;
  }

  asked(query) {
    const items = this.items;
    const asksText = this.direction.startsWith("text");
    const words = asksText
      ? make("q", { className: "clamp", title: items.text(query) }, items.text(query))
      : make("strong", {}, items.title(query));
    const picture = items.picture(query, asksText ? 56 : 128);
    const facts = make("span", { className: "small" }, items.classes(query));
    const own = asksText ? picture && make("span", { className: "own" }, picture, "its own picture") : null;
    return asksText ? [words, facts, own].filter(Boolean) : [picture, words, facts].filter(Boolean);
  }

  // How each method did on the open query; a click chooses the method.
  rivals(query) {
    return this.gallery.methods.map((method, i) => {
      const list = this.listOf(method);
      const score = list.scores[list.queries.indexOf(query)] ?? null;
      const bar = make("span", { className: "bar" });
      bar.style.width = `${Math.min(100, (score || 0) / 10)}%`;
      const button = make(
        "button",
        { type: "button", "aria-pressed": String(method === this.method) },
        make("span", { className: "name" }, method.label),
        make("span", { className: "number" }, printed(score)),
        make("span", { className: "track" }, bar),
      );
      button.addEventListener("click", () => {
        this.methodChoice.selectedIndex = i;
        this.openMethod();
        find("gallery-rivals").querySelector("[aria-pressed=true]").focus();
      });
      return make("li", {}, button);
    });
  }

  answer(item, hit, isText) {
    const items = this.items;
    const what = make("span", { className: "what" }, items.classes(item));
    const name = isText ? items.text(item) : items.title(item);
    const words = make("span", { className: "clamp", title: name }, name);
    const picture = items.picture(item, isText ? 44 : 128);
    const mark = make("span", { className: "mark", "aria-hidden": "true" }, hit ? "✓" : "✗");
    const shown = isText ? [make("div", {}, words, what), picture] : [picture, words, what];
    return make("li", { className: hit ? "hit" : "miss" }, ...shown, mark, hidden(hit ? "relevant" : "not relevant"));
  }
}

function fill(select, names) {
  select.replaceChildren(...names.map((name) => make("option", {}, name)));
  select.selectedIndex = 0;
}

// ---- The search for typed words ----

// TF-IDF as scikit-learn's TfidfVectorizer learns it, from the items' own titles and texts.
class Words {
  constructor(items) {
    const texts = Array.from({ length: items.length }, (_, i) => Words.counts(items.words(i)));
    this.documents = new Map();
    for (const counts of texts) for (const word of counts.keys()) this.documents.set(word, this.seenIn(word) + 1);
    this.n = items.length;
    this.rows = texts.map((counts) => this.weights(counts));
  }

  static split(text) { return text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? []; }

  static counts(text) {
    const counts = new Map();
    for (const word of Words.split(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  }

  seenIn(word) { return this.documents.get(word) ?? 0; }

  // Weights [word, weight] of the known words among counts, of unit length.
  weights(counts) {
    const idf = (word) => Math.log((1 + this.n) / (1 + this.seenIn(word))) + 1;
    const known = [...counts].filter(([word]) => this.seenIn(word));
    const weighted = known.map(([word, times]) => [word, times * idf(word)]);
    const length = Math.hypot(...weighted.map(([, weight]) => weight));
    return weighted.map(([word, weight]) => [word, weight / length]);
  }

  // Known words at most a third of the letters away, the nearest and then the more frequent first.
  alike(word, n = 3) {
    const reach = Math.max(1, Math.floor(word.length / 3));
    return [...this.documents.keys()]
      .filter((known) => Math.abs(known.length - word.length) <= reach)
      .map((known) => [known, edits(word, known)])
      .filter(([, distance]) => distance <= reach)
      .sort(([a, i], [b, j]) => i - j || this.seenIn(b) - this.seenIn(a) || a.localeCompare(b))
      .slice(0, n)
      .map(([known]) => known);
  }
}

// Letters to insert, delete or replace (Levenshtein).
function edits(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

// Scores of a text are t B M - offset: B holds a row for each word, the sum over the items that bear the word.
class Engine {
  constructor(about, items) {
    this.methods = about.methods;
    this.examples = about.examples;
    this.bases = about.bases;
    this.items = items;
    this.words = new Words(items);
    this.projections = [];
    this.pictures = [];
  }

  // Map of each word to its row of B.
  projection(basis) {
    if (!this.projections[basis]) {
      const { columns, values } = matrixOf(this.bases[basis]);
      const rows = new Map();
      this.words.rows.forEach((weights, item) => {
        for (const [word, weight] of weights) {
          if (!rows.has(word)) rows.set(word, new Float64Array(columns));
          const row = rows.get(word);
          for (let j = 0; j < columns; j++) row[j] += weight * values[item * columns + j];
        }
      });
      this.projections[basis] = { columns, rows };
    }
    return this.projections[basis];
  }

  scores(method, weights) {
    const { columns, rows } = this.projection(method.basis);
    const sum = new Float64Array(columns);
    for (const [word, weight] of weights) rows.get(word).forEach((value, j) => { sum[j] += weight * value; });
    const offset = numbersOf(method.offset, Float64Array);
    if (!method.mixing) return sum.map((value, j) => value - offset[j]);
    const M = numbersOf(method.mixing, Float32Array);
    return offset.map((shift, j) => sum.reduce((total, value, i) => total + value * M[i * offset.length + j], -shift));
  }

  // Nearest pictures first; among equally near ones the order of the items.
  rank(method, weights) {
    const scores = this.scores(method, weights);
    const distances = method.codes ? this.bitsOff(method, scores) : this.cosines(method, scores).map((c) => -c);
    return Array.from(distances, (distance, item) => ({ item, distance })).sort((a, b) => a.distance - b.distance);
  }

  bitsOff(method, scores) {
    const codes = bytesOf(method.codes);
    const query = scores.map((score) => (score > 0 ? 1 : 0));
    return Array.from(this.items.about.titles, (_, item) =>
      query.reduce((off, bit, j) => off + (bit ^ bitOf(codes, item * query.length + j)), 0));
  }

  cosines(method, scores) {
    const place = this.methods.indexOf(method);
    this.pictures[place] ??= matrixOf(method.vectors);
    const { rows, columns, values } = this.pictures[place];
    const length = Math.hypot(...scores) || 1;
    return Array.from({ length: rows }, (_, item) =>
      scores.reduce((sum, score, j) => sum + (score / length) * values[item * columns + j], 0));
  }
}

class SearchBox {
  constructor(searches, tables) {
    this.searches = searches;
    this.tables = tables;
    this.engines = [];
    [this.setChoice, this.methodChoice, this.input] = ["set", "method", "words"].map((name) => find(`search-${name}`));
    fill(this.setChoice, searches.map((search) => search.title));
    this.setChoice.addEventListener("change", () => this.openSet());
    this.methodChoice.addEventListener("change", () => this.answer());
    this.input.addEventListener("input", () => this.answer());
    this.example = "";
    find("search-form").addEventListener("submit", (event) => event.preventDefault());
    this.openSet();
  }

  openSet() {
    const place = this.setChoice.selectedIndex;
    const search = this.searches[place];
    this.engine = this.engines[place] ??= new Engine(search, this.tables[search.table]);
    fill(this.methodChoice, search.methods.map((method) => method.label));
    find("search-examples").replaceChildren(...search.examples.map((words) => this.link(words, words)));
    if (this.input.value === this.example) this.input.value = this.example = search.examples[0] ?? "";
    this.answer();
  }

  // A button that puts words into the box.
  link(label, words) {
    const button = make("button", { type: "button", className: "chip" }, label);
    button.addEventListener("click", () => {
      this.input.value = words;
      this.answer();
    });
    return button;
  }

  answer() {
    const query = this.input.value;
    const { words, items } = this.engine;
    const method = this.engine.methods[this.methodChoice.selectedIndex];
    const counts = Words.counts(query);
    const weights = words.weights(counts);
    find("search-unknown").replaceChildren(...this.unknown(query, [...counts.keys()]));
    find("search-made").textContent = method.made_by;
    const found = weights.length ? this.engine.rank(method, weights).slice(0, Number(find("search-found").dataset.n)) : [];
    find("search-found").replaceChildren(...found.map(({ item, distance }) => this.picture(item, distance, method, found)));
    find("search-status").textContent = this.status(query.trim(), method, found.length);
  }

  status(query, method, n) {
    if (n) return `The nearest ${n} of ${count(this.engine.items.length, "picture")} for “${query}”, by ${method.label}.`;
    return query ? `No word of “${query}” occurs in the titles and keywords.` : "Type a word, or take an example.";
  }

  // A line for each unknown word, with known ones that are spelled alike.
  unknown(query, asked) {
    const { words } = this.engine;
    return asked.filter((word) => !words.seenIn(word)).map((word) => {
      const spelled = new RegExp(`(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}_])`, "giu");
      const links = words.alike(word).map((known) => this.link(known, query.replace(spelled, known)));
      return make("p", {}, `No picture has the word “${word}”.`, links.length ? " Known: " : "", ...links);
    });
  }

  picture(item, distance, method, found) {
    const { items } = this.engine;
    const best = found[0].distance;
    const score = method.codes ? `${distance} bit${distance === 1 ? "" : "s"} off` : (-distance).toFixed(2);
    const near = method.codes ? (1 + best) / (1 + distance) : Math.max(-distance, 0) / Math.max(-best, 1e-9);
    const bar = make("span", { className: "bar" });
    bar.style.width = `${Math.round(100 * near)}%`;
    return make(
      "li",
      { "data-item": String(item), "data-score": String(method.codes ? distance : -distance) },
      items.picture(item, 96),
      make("span", { className: "track" }, bar),
      make("strong", { className: "clamp", title: items.title(item) }, items.title(item)),
      make("span", { className: "what", title: items.text(item) }, items.text(item)),
      make("span", { className: "facts-line" }, make("span", {}, items.classes(item)), make("span", {}, score)),
    );
  }
}

// ---- Begin ----

const tables = read("items").map((about) => new Items(about));
if (find("gallery-card")) new Gallery(read("galleries"), tables);
if (find("search-form")) new SearchBox(read("searches"), tables);
