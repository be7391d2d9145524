CREATE INDEX `visitors_site_name` ON `visitors` (`site_id`,`name`);--> statement-breakpoint
CREATE INDEX `visitors_merged` ON `visitors` (`merged_into`);