DROP INDEX "deliveries_due";--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "previous_secret" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "previous_until" bigint;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "busy_by" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "busy_until" bigint;--> statement-breakpoint
CREATE INDEX "deliveries_next" ON "deliveries" USING btree ("webhook_id","state","next_at");--> statement-breakpoint
CREATE INDEX "deliveries_organisation" ON "deliveries" USING btree ("organisation_id","created_at");