CREATE TABLE `erased_visitors` (
	`id` text PRIMARY KEY NOT NULL,
	`organisation_id` text NOT NULL,
	`erased_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `erased_visitors_at` ON `erased_visitors` (`erased_at`);--> statement-breakpoint
CREATE TABLE `files` (
	`id` text PRIMARY KEY NOT NULL,
	`organisation_id` text NOT NULL,
	`site_id` text NOT NULL,
	`uploader_kind` text NOT NULL,
	`uploader_id` text NOT NULL,
	`upload_id` text NOT NULL,
	`conversation_id` text,
	`client_id` text,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`width` integer,
	`height` integer,
	`blob_key` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `files_upload` ON `files` (`uploader_id`,`upload_id`);--> statement-breakpoint
CREATE INDEX `files_conversation` ON `files` (`conversation_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `files_organisation` ON `files` (`organisation_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `participants` (
	`conversation_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`organisation_id` text NOT NULL,
	`joined_at` integer NOT NULL,
	PRIMARY KEY(`conversation_id`, `agent_id`)
);
--> statement-breakpoint
CREATE INDEX `participants_agent` ON `participants` (`organisation_id`,`agent_id`);--> statement-breakpoint
CREATE TABLE `pins` (
	`agent_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`organisation_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`agent_id`, `conversation_id`)
);
--> statement-breakpoint
CREATE INDEX `pins_conversation` ON `pins` (`conversation_id`);--> statement-breakpoint
CREATE TABLE `search_progress` (
	`conversation_id` text PRIMARY KEY NOT NULL,
	`organisation_id` text NOT NULL,
	`indexed_seq` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `search_progress_organisation` ON `search_progress` (`organisation_id`);--> statement-breakpoint
ALTER TABLE `conversations` ADD `team_kind` text;--> statement-breakpoint
ALTER TABLE `conversations` ADD `title` text;--> statement-breakpoint
ALTER TABLE `conversations` ADD `direct_key` text;--> statement-breakpoint
CREATE UNIQUE INDEX `conversations_direct_key` ON `conversations` (`direct_key`);