import { LuaFault, type LuaToken, luaTokens } from './lua-tokens.js';

const UNARY: ReadonlySet<string> = new Set(['not', '-', '#']);
const BINARY: ReadonlySet<string> = new Set('+ - * / % ^ .. < <= > >= == ~= and or'.split(' '));
const BLOCK_END: ReadonlySet<string> = new Set(['', 'end', 'else', 'elseif', 'until']);
const CONSTANTS: ReadonlySet<string> = new Set(['nil', 'true', 'false']);

/** Lua's own limit for nested blocks and expressions. */
const MAX_DEPTH = 200;

/** What keeps a text from being a Lua program, undefined for a program. Nothing is run. */
export function luaFault(code: string): LuaFault | undefined {
  try {
    new LuaParser(luaTokens(code)).program();
    return undefined;
  } catch (error) {
    if (error instanceof LuaFault) return error;
    throw error;
  }
}

/** Recognises the grammar of Lua 5.1 with LuaJIT's `goto` (the manual, section 8); operators need no precedence. */
class LuaParser {
  readonly #tokens: Iterator<LuaToken, void>;
  #now: LuaToken;
  #next: LuaToken | undefined;
  #depth = 0;
  #vararg = true;

  constructor(tokens: Iterator<LuaToken, void>) {
    this.#tokens = tokens;
    this.#now = this.#read();
  }

  program(): void {
    this.#block();
    if (this.#now.kind !== 'end') throw this.#fault(`'${this.#now.text}' ends nothing`);
  }

  #block(): void {
    this.#deeper(() => {
      while (!this.#atBlockEnd()) {
        if (this.#accept('return')) {
          if (!this.#atBlockEnd() && !this.#is(';')) this.#expressions();
          this.#accept(';');
          if (!this.#atBlockEnd()) throw this.#fault('nothing can follow return in its block');
          return;
        }
        this.#statement();
      }
    });
  }

  #statement(): void {
    const { kind, text, line } = this.#now;
    if (kind === 'symbol' && this.#keywordStatement(text, line)) return;
    if (text === 'goto' && this.#peek().kind === 'name') {
      this.#advance();
      this.#name();
    } else this.#expressionStatement();
  }

  /** Whether a statement begins here that is told by its first word, which is then parsed. */
  #keywordStatement(text: string, line: number): boolean {
    const parse = this.#statements[text];
    if (parse === undefined) return false;
    this.#advance();
    parse(line);
    return true;
  }

  readonly #statements: Readonly<Record<string, (line: number) => void>> = {
    ';': () => undefined,
    break: () => undefined,
    do: (line) => this.#blockUntil('end', 'do', line),
    while: (line) => this.#while(line),
    repeat: (line) => this.#repeat(line),
    if: (line) => this.#if(line),
    for: (line) => this.#for(line),
    function: (line) => this.#namedFunction(line),
    local: (line) => this.#local(line),
    '::': () => this.#label(),
  };

  #label(): void {
    this.#name();
    this.#expect('::');
  }

  #repeat(line: number): void {
    this.#blockUntil('until', 'repeat', line);
    this.#expression();
  }

  #while(line: number): void {
    this.#expression();
    this.#expect('do');
    this.#blockUntil('end', 'while', line);
  }

  #if(line: number): void {
    do {
      this.#expression();
      this.#expect('then');
      this.#block();
    } while (this.#accept('elseif'));
    if (this.#accept('else')) this.#block();
    this.#close('end', 'if', line);
  }

  #for(line: number): void {
    this.#name();
    if (this.#accept('=')) {
      this.#expression();
      this.#expect(',');
      this.#expression();
      if (this.#accept(',')) this.#expression();
    } else {
      while (this.#accept(',')) this.#name();
      this.#expect('in');
      this.#expressions();
    }
    this.#expect('do');
    this.#blockUntil('end', 'for', line);
  }

  #namedFunction(line: number): void {
    this.#name();
    while (this.#accept('.')) this.#name();
    if (this.#accept(':')) this.#name();
    this.#functionBody(line);
  }

  #local(line: number): void {
    if (this.#accept('function')) {
      this.#name();
      this.#functionBody(line);
      return;
    }
    do this.#name();
    while (this.#accept(','));
    if (this.#accept('=')) this.#expressions();
  }

  #functionBody(line: number): void {
    const outer = this.#vararg;
    this.#vararg = false;
    this.#expect('(');
    if (!this.#is(')')) {
      do {
        if (this.#accept('...')) {
          this.#vararg = true;
          break;
        }
        this.#name();
      } while (this.#accept(','));
    }
    this.#expect(')');
    this.#blockUntil('end', 'function', line);
    this.#vararg = outer;
  }

  #expressionStatement(): void {
    const first = this.#suffixed();
    if (!this.#is('=') && !this.#is(',')) {
      if (first === 'call') return;
      throw this.#fault(`a call or an assignment is expected near '${this.#near()}'`);
    }
    let last = first;
    while (this.#accept(',')) {
      if (last !== 'variable') break;
      last = this.#suffixed();
    }
    if (last !== 'variable') throw this.#fault('only variables and fields can be assigned to');
    this.#expect('=');
    this.#expressions();
  }

  #expressions(): void {
    do this.#expression();
    while (this.#accept(','));
  }

  #expression(): void {
    this.#deeper(() => {
      do {
        while (this.#now.kind === 'symbol' && UNARY.has(this.#now.text)) this.#advance();
        this.#operand();
      } while (this.#now.kind === 'symbol' && BINARY.has(this.#now.text) && this.#advance());
    });
  }

  #operand(): void {
    const { kind, text, line } = this.#now;
    const literal = kind === 'number' || kind === 'string' || (kind === 'symbol' && CONSTANTS.has(text));
    if (literal) this.#advance();
    else if (this.#is('{')) this.#table(line);
    else if (this.#accept('function')) this.#functionBody(line);
    else if (this.#accept('...')) {
      if (!this.#vararg) throw this.#fault("cannot use '...' outside a vararg function");
    } else this.#suffixed();
  }

  /** A name or a parenthesis with what follows it, and what it comes to. */
  #suffixed(): 'variable' | 'call' | 'value' {
    let what: 'variable' | 'call' | 'value' = 'variable';
    const { line } = this.#now;
    if (this.#accept('(')) {
      this.#expression();
      this.#close(')', '(', line);
      what = 'value';
    } else this.#name();
    for (;;) {
      if (this.#accept('.')) {
        this.#name();
        what = 'variable';
      } else if (this.#accept('[')) {
        this.#expression();
        this.#expect(']');
        what = 'variable';
      } else if (this.#accept(':')) {
        this.#name();
        this.#arguments();
        what = 'call';
      } else if (this.#is('(') || this.#is('{') || this.#now.kind === 'string') {
        this.#arguments();
        what = 'call';
      } else return what;
    }
  }

  #arguments(): void {
    const { kind, line } = this.#now;
    if (kind === 'string') this.#advance();
    else if (this.#is('{')) this.#table(line);
    else {
      this.#expect('(');
      if (!this.#is(')')) this.#expressions();
      this.#close(')', '(', line);
    }
  }

  #table(line: number): void {
    this.#expect('{');
    this.#deeper(() => {
      while (!this.#is('}')) {
        if (this.#accept('[')) {
          this.#expression();
          this.#expect(']');
          this.#expect('=');
        } else if (this.#now.kind === 'name' && this.#peek().text === '=' && this.#peek().kind === 'symbol') {
          this.#advance();
          this.#advance();
        }
        this.#expression();
        if (!this.#accept(',') && !this.#accept(';')) break;
      }
    });
    this.#close('}', '{', line);
  }

  #blockUntil(end: string, opener: string, line: number): void {
    this.#block();
    this.#close(end, opener, line);
  }

  #close(end: string, opener: string, line: number): void {
    if (this.#accept(end)) return;
    const where = line === this.#now.line ? '' : ` to close '${opener}' of line ${line}`;
    throw this.#fault(`'${end}' expected${where} near '${this.#near()}'`);
  }

  #deeper(parse: () => void): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#fault('nested too deep');
    parse();
    this.#depth -= 1;
  }

  #name(): void {
    if (this.#now.kind !== 'name') throw this.#fault(`a name is expected near '${this.#near()}'`);
    this.#advance();
  }

  #expect(symbol: string): void {
    if (!this.#accept(symbol)) throw this.#fault(`'${symbol}' expected near '${this.#near()}'`);
  }

  #accept(symbol: string): boolean {
    return this.#is(symbol) && this.#advance();
  }

  #is(symbol: string): boolean {
    return this.#now.kind === 'symbol' && this.#now.text === symbol;
  }

  #atBlockEnd(): boolean {
    return this.#now.kind === 'end' || (this.#now.kind === 'symbol' && BLOCK_END.has(this.#now.text));
  }

  #advance(): true {
    this.#now = this.#next ?? this.#read();
    this.#next = undefined;
    return true;
  }

  #peek(): LuaToken {
    this.#next ??= this.#read();
    return this.#next;
  }

  #read(): LuaToken {
    const { done, value } = this.#tokens.next();
    if (done === true || value === undefined) return { kind: 'end', text: '', line: this.#now.line };
    return value;
  }

  #near(): string {
    const { kind, text } = this.#now;
    return kind === 'end' ? 'the end' : text.slice(0, 40);
  }

  #fault(message: string): LuaFault {
    return new LuaFault(message, this.#now.line);
  }
}
