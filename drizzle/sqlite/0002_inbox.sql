ALTER TABLE `agents` ADD `assigned_at` integer;--> statement-breakpoint
ALTER TABLE `conversations` ADD `bot_name` text;--> statement-breakpoint
ALTER TABLE `conversations` ADD `handed_over_at` integer;--> statement-breakpoint
ALTER TABLE `conversations` ADD `visible_seq` integer;--> statement-breakpoint
ALTER TABLE `conversations` ADD `visible_preview` text;--> statement-breakpoint
ALTER TABLE `conversations` ADD `notes` integer;--> statement-breakpoint
CREATE INDEX `calls_visitor` ON `calls` (`organisation_id`,`visitor_id`);