DROP INDEX `deliveries_due`;--> statement-breakpoint
CREATE INDEX `deliveries_next` ON `deliveries` (`webhook_id`,`state`,`next_at`);--> statement-breakpoint
CREATE INDEX `deliveries_organisation` ON `deliveries` (`organisation_id`,`created_at`);--> statement-breakpoint
ALTER TABLE `webhooks` ADD `previous_secret` text;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `previous_until` integer;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `busy_by` text;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `busy_until` integer;