// Reads GraphQL queries (a JSON list) and writes, for each, what is wrong by GitHub's own schema.
import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";

const path = new URL("node_modules/@octokit/graphql-schema/schema.graphql", import.meta.url);
const schema = buildSchema(readFileSync(path, "utf8"), { assumeValidSDL: true });
const queries = JSON.parse(readFileSync(0, "utf8"));
const wrong = queries.map((query) => validate(schema, parse(query)).map((error) => error.message));
process.stdout.write(JSON.stringify(wrong));
