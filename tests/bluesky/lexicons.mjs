// Judges records and calls by Bluesky's own lexicons. Reads a JSON list of
// {nsid, value, record: bool, output: bool} from stdin, writes a JSON list of complaints ("" where there is none).
import {readFileSync} from 'node:fs'
import {lexicons, jsonToLex} from '@atproto/api'

const judge = ({nsid, value, record, output}) => {
  try {
    const lex = jsonToLex(value)
    if (record) lexicons.assertValidRecord(nsid, lex)
    else if (output) lexicons.assertValidXrpcOutput(nsid, lex)
    else lexicons.assertValidXrpcInput(nsid, lex)
    return ''
  } catch (error) {
    return String(error.message || error)
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(judge)))
