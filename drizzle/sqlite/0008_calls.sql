CREATE TABLE `handoffs` (
	`id` text PRIMARY KEY NOT NULL,
	`organisation_id` text NOT NULL,
	`site_id` text NOT NULL,
	`visitor_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `handoffs_token` ON `handoffs` (`token_hash`);--> statement-breakpoint
CREATE INDEX `handoffs_expires` ON `handoffs` (`expires_at`);--> statement-breakpoint
ALTER TABLE `calls` ADD `quality` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `follow_up` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `followed_up_at` integer;--> statement-breakpoint
ALTER TABLE `recordings` ADD `legal_hold` text;--> statement-breakpoint
ALTER TABLE `segments` ADD `standby` integer;