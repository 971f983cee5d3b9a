// Eleventy's site: the posts, lists of them in pages of ten, the lists of categories, tags and authors.
const PER_PAGE = 10;

/** Return the pages of the lists of every value of a key: where they are, and what they show. */
function lists(posts, key, folder) {
  const found = new Map();
  for (const post of posts) {
    for (const name of post.data[key] ?? []) {
      const slug = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
      if (!found.has(slug)) found.set(slug, { name, folder, slug, posts: [] });
      found.get(slug).posts.push(post);
    }
  }
  return [...found.values()].flatMap((list) => pages(list));
}

/** Cut a list into pages. */
function pages(list) {
  const all = [];
  for (let at = 0; at < list.posts.length; at += PER_PAGE) {
    const number = at / PER_PAGE + 1;
    const base = `/${list.folder}/${list.slug}/`;
    all.push({
      name: list.name,
      url: number === 1 ? base : `${base}page/${number}/`,
      posts: list.posts.slice(at, at + PER_PAGE),
      numbers: Array.from({ length: Math.ceil(list.posts.length / PER_PAGE) }, (_, n) => n + 1),
      base,
    });
  }
  return all;
}

module.exports = function (config) {
  const posts = (api) => api.getFilteredByGlob("posts/*.md").reverse();
  config.addCollection("all_posts", posts);
  config.addCollection("lists", (api) =>
    [["categories", "category"], ["labels", "tag"], ["authors", "author"]].flatMap(([key, folder]) =>
      lists(posts(api), key, folder),
    ),
  );
  config.addCollection("categories", (api) => [
    ...new Set(posts(api).flatMap((post) => post.data.categories ?? [])),
  ]);
  config.addFilter("day", (date) => date.toISOString().slice(0, 10));
  config.addFilter("slug_of", (name) => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-"));
  return { markdownTemplateEngine: false, dir: { includes: "_includes", output: "_site" } };
};
