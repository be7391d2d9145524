ALTER TABLE "agents" ADD COLUMN "assigned_at" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "bot_name" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "handed_over_at" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "visible_seq" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "visible_preview" json;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "notes" bigint;--> statement-breakpoint
CREATE INDEX "calls_visitor" ON "calls" USING btree ("organisation_id","visitor_id");