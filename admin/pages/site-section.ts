import { LitElement, css } from 'lit';
import { property } from 'lit/decorators.js';
import type { SiteSettings } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import type { Problems, SiteDraft } from './site-draft.ts';

/**
 * What the sections of a site's form share: the draft comes in, and a changed one goes out.
 *
 * @fires draft `detail`: the draft as it shall be
 */
export abstract class SiteSection extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      :host {
        display: grid;
        gap: var(--pc-5);
      }
    `,
  ];

  @property({ attribute: false }) draft!: SiteDraft;
  @property({ attribute: false }) problems: Problems = new Map();
  /** Follows the language in use. */
  protected readonly language = new StoreController(this, () => language);

  /** The settings of the draft. */
  protected get settings(): SiteSettings {
    return this.draft.settings;
  }

  /** Replaces some fields of a part of the settings. */
  protected patch<K extends 'look' | 'hours' | 'recording' | 'calls' | 'retention' | 'preChat' | 'offline' | 'routing' | 'queue' | 'recorder' | 'files'>(part: K, fields: Partial<SiteSettings[K]>): void {
    this.set({ [part]: { ...this.settings[part], ...fields } } as Partial<SiteSettings>);
  }

  /** Replaces parts of the settings. */
  protected set(parts: Partial<SiteSettings>): void {
    this.tell({ ...this.draft, settings: { ...this.settings, ...parts } });
  }

  /** Says how the draft shall be. */
  protected tell(draft: SiteDraft): void {
    this.dispatchEvent(new CustomEvent('draft', { detail: draft }));
  }

  /** What is wrong with a field, in words; '' = nothing. */
  protected wrong(field: string): string {
    const problem = this.problems.get(field);
    return problem ? t(`siteProblem_${problem}`) : '';
  }
}

/** What was typed into the field that an event comes from. */
export const typed = (event: Event): string => (event.target as HTMLInputElement).value;

/** Whether the switch that an event comes from is on. */
export const switched = (event: Event): boolean => (event.target as HTMLInputElement).checked;

/** A whole number that was typed; null for nothing, NaN for anything else. */
export const numbered = (event: Event): number | null => (typed(event).trim() === '' ? null : Number(typed(event)));
