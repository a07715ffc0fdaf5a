/** What a page gives to the module of a component: Gradio's page or a plain one. */
export interface Host<Props = unknown, Server = unknown> {
  /** Holds the component's markup. */
  element: HTMLElement;
  /** The settings, and the `value`; to set the value sends it along with the next event. */
  props: Props;
  /** Fires an event of the component. */
  trigger(event: string): void;
  /** Calls back when the page has set a prop, not when the component has. */
  watch(name: string, changed: () => void): void;
  /** Brings a file to where the page's handlers can read it. */
  upload(file: File): Promise<{ path: string }>;
  /** What the page answers when it is asked. */
  server: Server;
}

/** Asks the page for something; what a visitor can put right comes back as a message alone. */
export type Ask<Answer, Question extends unknown[] = [question: string]> = (
  ...question: Question
) => Promise<Partial<Answer> & Message>;

export type Kind = "hint" | "sure" | "unsure" | "error";

export interface Message {
  message?: string;
  kind?: Kind;
}

/** Points as x0, y0, x1, y1, … on a pad of 256 × 256 units, and the width of the line through them. */
export interface Stroke {
  w: number;
  p: number[];
}

/** What a page shows of the state it is in; each app sends the parts that its components know. */
export interface View extends Message {
  /** The permalink's query. */
  query?: string;
  /** A name of what the view is made from: a drawing, or a model. */
  source?: string;
  /** The address of the main picture. */
  result?: string;

  // A character or a digit that is read, and the way from it to a target
  top?: [name: string, probability: number][];
  digits?: number[];
  digit?: number | null;
  target?: string;
  way?: string;
  lam?: number;
  around?: string;

  // Latents, and the sliders that they belong to
  z?: number[];
  dials?: string;

  // A garment and the ten digits in its shape
  garment?: string;
  title?: string;
  marks?: Mark[];
  outline?: string;
  overlay?: boolean;
  strength?: number;
  pin?: string;
  pins?: string[];
  picked?: Picked;

  // Digits that are made, and what is read in them
  order?: Order;
  knobs?: Knobs;
  other?: Knobs;
  across?: number;
  asked?: string;
  judges?: Judge[];
  cosine?: number | null;
  sure?: number;
}

export interface Mark {
  agreement: number;
  note: string;
}

export interface Picked {
  kind?: string;
  variation?: number;
  number?: number;
}

export interface Order {
  text?: string;
  classes?: number[];
  count?: number;
}

export type Form = "fitted" | "one" | "each";

export interface Knobs {
  vae?: string;
  generator?: string;
  form?: Form;
  theta?: number;
  n?: number;
  temperature?: number;
  guided?: boolean;
}

/** The digits that a judge reads, in one text, and with what probability, in per cent. */
export interface Judge {
  name: string;
  accuracy: number;
  read: string;
  percent: number[];
}

/** A character of a visitor's sheets; its glyph is 28 × 28 bytes in base64. */
export interface Cell {
  label: string;
  glyph: string;
  status: string;
}

/** A cell with its picture. */
export interface InkedCell extends Cell {
  ink: HTMLCanvasElement;
}

/** A file made by the page. */
export interface Saved {
  name: string;
  address: string;
}
