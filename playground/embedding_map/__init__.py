"""The interactive map: map.js draws it, playground.routes feeds it. Positions, images and labels are fetched, never sent."""
